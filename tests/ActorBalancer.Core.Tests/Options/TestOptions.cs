using ActorBalancer.Options;

namespace ActorBalancer.Core.Tests.Options;

/// <summary>
/// Valid options for tests that cannot read <c>hocon/reference.conf</c>, since Core has no parser. Written out on purpose:
/// a test states with <c>with</c> what matters to it.
/// </summary>
internal static class TestOptions
{
    public static QueueOptions Queue { get; } = new()
    {
        Strategy = "least-connections",
        Binding = null,
        Weights = null,
        Order = QueueOrder.None,
        Choices = 1,
        LoadFactor = 1.25,
        Attempts = 10,
        Backoff = new BackoffOptions { First = TimeSpan.FromSeconds(1), Cap = TimeSpan.FromHours(1), Jitter = 0.2 },
        TimeLimit = TimeSpan.FromMinutes(30),
    };

    public static WorkerOptions Worker { get; } = new()
    {
        Slots = 4,
        Weight = null,
        Drain = TimeSpan.FromSeconds(30),
        PrefetchJobs = 2048,
        PrefetchBytes = 1 << 20,
        PrefetchWork = TimeSpan.FromMilliseconds(20),
        HandBack = TimeSpan.FromMilliseconds(10),
        ContactLease = TimeSpan.FromSeconds(10),
        NoRouterExit = TimeSpan.FromSeconds(20),
        ReportInterval = TimeSpan.FromSeconds(1),
        SlotsFile = "",
        Exec = new ExecOptions { Allow = [], Env = [], Output = 64 << 10 },
        Http = new CallOptions { Allow = [] },
    };

    public static RouterOptions Router { get; } = new()
    {
        BatchJobs = 256,
        BatchBytes = 96 << 10,
        SilenceRequeue = TimeSpan.FromSeconds(12),
        PoisonCrashes = 3,
        LeaseTime = TimeSpan.FromSeconds(5),
        StateInterval = TimeSpan.FromSeconds(1),
    };

    public static MemoryOptions Memory { get; } = new() { MaxWaiting = 100_000, KeepFinished = 10_000, KeepResultBytes = 64 << 20 };

    public static LimitOptions Limits { get; } = new() { Payload = 256 << 10, Result = 64 << 10, Queues = 1000 };

    public static MetricsOptions Metrics { get; } = new()
    {
        SampleInterval = TimeSpan.FromSeconds(1),
        PublishInterval = TimeSpan.FromSeconds(1),
        SlowStart = TimeSpan.FromSeconds(30),
        SlowStartFrom = 0.1,
    };

    public static RemotingTlsOptions PlainRemoting { get; } = new() { Certificate = "", Key = "", Ca = "" };

    public static BalancerOptions Balancer { get; } = new()
    {
        Name = "",
        Roles = [NodeRoles.Router, NodeRoles.Worker],
        RoleNames = new RoleNames { Router = "actorbalancer-router", Worker = "actorbalancer-worker" },
        Remoting = new RemotingOptions { Bind = "127.0.0.1", Advertised = "", Port = 8601, Tls = PlainRemoting },
        Http = new HttpOptions { Enabled = true, Bind = "127.0.0.1", Port = 8600, Hosts = [], Proxies = [], Tls = new HttpTlsOptions { Certificate = "", Key = "" } },
        Insecure = false,
        Seeds = [],
        Store = "memory",
        Sqlite = new SqliteOptions { File = "./actorbalancer.db" },
        Postgres = new PostgresOptions { Connection = "", Schema = "actorbalancer" },
        Retention = new RetentionOptions { Succeeded = TimeSpan.FromHours(24), Dead = TimeSpan.FromDays(30) },
        Memory = Memory,
        Limits = Limits,
        QueueDefaults = Queue,
        Queues = new Dictionary<string, QueueOptions>(),
        Worker = Worker,
        Router = Router,
        Metrics = Metrics,
    };
}
