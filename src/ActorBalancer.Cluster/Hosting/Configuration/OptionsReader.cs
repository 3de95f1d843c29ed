using ActorBalancer.Options;
using ActorBalancer.Strategies;

namespace ActorBalancer.Hosting;

/// <summary>Makes options of the merged layers: each key, once, with its type.</summary>
internal static class OptionsReader
{
    public static BalancerOptions Read(ConfigBlock merged, ConfigBlock reference, SectionReader.Context context)
    {
        ConfigBlock ours = merged.Block(ConfigSchema.Root)!;
        ConfigBlock defaults = reference.Block(ConfigSchema.Root)!;
        SectionReader root = new(ConfigSchema.Root, ours, [defaults], context);
        SectionReader names = root.Section("role-names");
        RoleNames roleNames = new() { Router = names.Text("router"), Worker = names.Text("worker") };
        return new BalancerOptions
        {
            Name = root.Text("name"),
            Roles = [.. root.List("roles").Select(role => Word(role, roleNames))],
            RoleNames = roleNames,
            Remoting = Remoting(root.Section("remoting")),
            Http = Http(root.Section("http")),
            Insecure = root.OnOff("insecure"),
            Seeds = root.List("seeds"),
            Store = root.Text("store"),
            Sqlite = new SqliteOptions { File = root.Section("sqlite").Text("file") },
            Postgres = Postgres(root.Section("postgres")),
            Retention = Retention(root.Section("retention")),
            Memory = Memory(root.Section("memory")),
            Limits = Limits(root.Section("limits")),
            QueueDefaults = Queue(root.Section("queue-defaults")),
            Queues = Queues(ours, defaults, context),
            Worker = Worker(root.Section("worker")),
            Router = Router(root.Section("router")),
            Metrics = Metrics(root.Section("metrics")),
        };
    }

    /// <summary>A role may be given by its name in the cluster too.</summary>
    private static string Word(string role, RoleNames names) =>
        role == names.Router ? NodeRoles.Router : role == names.Worker ? NodeRoles.Worker : role;

    private static RemotingOptions Remoting(SectionReader at) => new()
    {
        Bind = at.Text("bind"),
        Advertised = at.Text("advertised"),
        Port = at.Whole("port"),
        Tls = RemotingTls(at.Section("tls")),
    };

    private static RemotingTlsOptions RemotingTls(SectionReader at) => new()
    {
        Certificate = at.Text("certificate"),
        Key = at.Text("key"),
        Ca = at.Text("ca"),
    };

    private static HttpOptions Http(SectionReader at)
    {
        SectionReader tls = at.Section("tls");
        return new HttpOptions
        {
            Enabled = at.OnOff("enabled"),
            Bind = at.Text("bind"),
            Port = at.Whole("port"),
            Hosts = at.List("hosts"),
            Proxies = at.List("proxies"),
            Tls = new HttpTlsOptions { Certificate = tls.Text("certificate"), Key = tls.Text("key") },
        };
    }

    private static PostgresOptions Postgres(SectionReader at) => new() { Connection = at.Text("connection"), Schema = at.Text("schema") };

    private static RetentionOptions Retention(SectionReader at) => new() { Succeeded = at.Duration("succeeded"), Dead = at.Duration("dead") };

    private static MemoryOptions Memory(SectionReader at) => new()
    {
        MaxWaiting = at.Whole("max-waiting"),
        KeepFinished = at.Whole("keep-finished"),
        KeepResultBytes = at.Size("keep-result-bytes"),
    };

    private static LimitOptions Limits(SectionReader at) => new()
    {
        Payload = at.SmallSize("payload"),
        Result = at.SmallSize("result"),
        Queues = at.Whole("queues"),
    };

    private static Dictionary<string, QueueOptions> Queues(ConfigBlock ours, ConfigBlock defaults, SectionReader.Context context)
    {
        ConfigBlock[] under = [ours.Block("queue-defaults")!, defaults.Block("queue-defaults")!];
        return ours.Block("queues")!.Children.ToDictionary(
            q => q.Key,
            q => Queue(new SectionReader($"{ConfigSchema.Root}.queues.{q.Key}", (ConfigBlock)q.Value, under, context)),
            StringComparer.Ordinal);
    }

    private static QueueOptions Queue(SectionReader at)
    {
        SectionReader backoff = at.Section("backoff");
        return new QueueOptions
        {
            Strategy = at.Text("strategy"),
            Binding = at.WordOrEmpty<Binding>("binding"),
            Weights = at.WordOrEmpty<WeightSource>("weights"),
            Order = at.Word<QueueOrder>("order"),
            Choices = at.Whole("choices"),
            LoadFactor = at.Number("load-factor"),
            Attempts = at.Whole("attempts"),
            Backoff = new BackoffOptions
            {
                First = backoff.Duration("first"),
                Cap = backoff.Duration("cap"),
                Jitter = backoff.Number("jitter"),
            },
            TimeLimit = at.Duration("time-limit"),
        };
    }

    private static WorkerOptions Worker(SectionReader at) => new()
    {
        Slots = at.Whole("slots"),
        Weight = at.NumberOr("weight", "auto"),
        Drain = at.Duration("drain"),
        PrefetchJobs = at.Whole("prefetch-jobs"),
        PrefetchBytes = at.SmallSize("prefetch-bytes"),
        PrefetchWork = at.Duration("prefetch-work"),
        HandBack = at.Duration("hand-back"),
        ContactLease = at.Duration("contact-lease"),
        NoRouterExit = at.Duration("no-router-exit"),
        ReportInterval = at.Duration("report-interval"),
        SlotsFile = at.Text("slots-file"),
        Exec = Exec(at.Section("exec")),
        Http = new CallOptions { Allow = at.Section("http").List("allow") },
    };

    private static ExecOptions Exec(SectionReader at) => new() { Allow = at.List("allow"), Env = at.List("env"), Output = at.SmallSize("output") };

    private static RouterOptions Router(SectionReader at) => new()
    {
        BatchJobs = at.Whole("batch-jobs"),
        BatchBytes = at.SmallSize("batch-bytes"),
        SilenceRequeue = at.Duration("silence-requeue"),
        PoisonCrashes = at.Whole("poison-crashes"),
        LeaseTime = at.Duration("lease-time"),
        StateInterval = at.Duration("state-interval"),
    };

    private static MetricsOptions Metrics(SectionReader at) => new()
    {
        SampleInterval = at.Duration("sample-interval"),
        PublishInterval = at.Duration("publish-interval"),
        SlowStart = at.Duration("slow-start"),
        SlowStartFrom = at.Number("slow-start-from"),
    };
}
