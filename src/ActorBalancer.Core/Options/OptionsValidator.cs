using System.Text.RegularExpressions;
using ActorBalancer.Strategies;

namespace ActorBalancer.Options;

/// <summary>Checks the values of a <see cref="BalancerOptions"/>, each alone and against each other, and reports every error at once.</summary>
public static partial class OptionsValidator
{
    private const int Mebi = 1 << 20;
    private static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);

    /// <summary>All errors; empty when the options can be used.</summary>
    public static IReadOnlyList<ConfigurationError> Validate(BalancerOptions options)
    {
        Findings root = new("actorbalancer", []);
        Node(options, root);
        Network(options, root);
        Bounds(options, root);
        Queue(options.QueueDefaults, root.At("queue-defaults"));
        foreach ((string name, QueueOptions queue) in options.Queues.OrderBy(q => q.Key, StringComparer.Ordinal))
        {
            Findings at = root.At("queues").At(name);
            if (!Name().IsMatch(name)) at.Add(null, null, $"the name of a queue has the form {NamePattern}");
            Queue(queue, at);
        }

        Worker(options.Worker, root.At("worker"));
        Router(options.Router, root.At("router"));
        Metrics(options.Metrics, root.At("metrics"));
        Together(options, root);
        return root.All;
    }

    private static void Node(BalancerOptions options, Findings at)
    {
        if (options.Name.Length > 0) at.Form("name", options.Name, Name(), NamePattern);
        if (options.Roles.Count == 0) at.Add("roles", "[]", "needs at least one of router, worker");
        for (int i = 0; i < options.Roles.Count; i++)
        {
            string role = options.Roles[i];
            at.OneOf($"roles.{i}", role, [NodeRoles.Router, NodeRoles.Worker]);
            if (options.Roles.Take(i).Contains(role)) at.Add($"roles.{i}", role, "is there twice");
        }

        RoleNames names = options.RoleNames;
        at.Form("role-names.router", names.Router, RoleName(), RoleNamePattern);
        at.Form("role-names.worker", names.Worker, RoleName(), RoleNamePattern);
        RoleOfADataCenter("role-names.router", names.Router, at);
        RoleOfADataCenter("role-names.worker", names.Worker, at);
        if (names.Router == names.Worker)
            at.Add("role-names.worker", names.Worker, "must differ from role-names.router, else every worker counts as a router");
        Store(options, at);
    }

    private static void Store(BalancerOptions options, Findings at)
    {
        at.OneOf("store", options.Store, StoreNames.All);
        if (options.Sqlite.File.Length == 0)
            at.Add("sqlite.file", "\"\"", "names a file; it is made if there is none");
        at.Form("postgres.schema", options.Postgres.Schema, SchemaName(), SchemaPattern);
        if (options is { Store: StoreNames.Postgres, IsRouter: true, Postgres.Connection.Length: 0 })
            at.Add("postgres.connection", "\"\"", $"is needed by the store {StoreNames.Postgres}: env:NAME, file:PATH, or the connection itself");
        if (ConnectionText.Problem(options.Postgres.Connection) is { } problem)
            at.Add("postgres.connection", null, problem);
    }

    private static void RoleOfADataCenter(string key, string role, Findings at)
    {
        if (role.StartsWith("dc-", StringComparison.Ordinal)) at.Add(key, role, "Akka takes a role that begins with dc- for a data center");
    }

    private static void Network(BalancerOptions options, Findings at)
    {
        RemotingOptions remoting = options.Remoting;
        at.Number("remoting.port", remoting.Port, 0, 65535);
        bool open = options.Insecure || remoting.Tls.IsOn;
        Address(at, "remoting.bind", remoting.Bind, open);
        if (remoting.Advertised.Length > 0) Address(at, "remoting.advertised", remoting.Advertised, open);
        if (HostAddress.IsAny(remoting.Host))
        {
            at.Add(
                remoting.Advertised.Length > 0 ? "remoting.advertised" : "remoting.bind",
                remoting.Host,
                "is every address of this host, which nobody can connect to; name one in remoting.advertised");
        }

        RemotingTlsOptions tls = remoting.Tls;
        if (tls.IsOn)
        {
            Needed(at, "remoting.tls.certificate", tls.Certificate);
            Needed(at, "remoting.tls.key", tls.Key);
            Needed(at, "remoting.tls.ca", tls.Ca);
        }

        Http(options, at);
        for (int i = 0; i < options.Seeds.Count; i++)
        {
            if (!HostAddress.IsHostAndPort(options.Seeds[i]))
                at.Add($"seeds.{i}", options.Seeds[i], "a seed has the form HOST:PORT, port 1 to 65535, such as 10.0.0.5:8601 or [fd00::5]:8601");
        }
    }

    private static void Http(BalancerOptions options, Findings at)
    {
        HttpOptions http = options.Http;
        at.Number("http.port", http.Port, 0, 65535);
        if (http.Enabled) Address(at, "http.bind", http.Bind, options.Insecure || http.Tls.IsOn);
        for (int i = 0; i < http.Hosts.Count; i++)
        {
            if (!HostAddress.IsHost(http.Hosts[i])) at.Add($"http.hosts.{i}", http.Hosts[i], "an IP address or a host name, without port");
        }

        for (int i = 0; i < http.Proxies.Count; i++)
        {
            if (!HostAddress.IsNetwork(http.Proxies[i])) at.Add($"http.proxies.{i}", http.Proxies[i], "an IP address or a network such as 10.0.0.0/8");
        }

        if (!http.Tls.IsOn) return;
        Needed(at, "http.tls.certificate", http.Tls.Certificate);
        Needed(at, "http.tls.key", http.Tls.Key);
    }

    private static void Needed(Findings at, string key, string file)
    {
        if (file.Length == 0) at.Add(key, "\"\"", "names a file in PEM; TLS needs all of these keys or none");
    }

    private static void Address(Findings at, string key, string host, bool insecure)
    {
        if (!HostAddress.IsHost(host))
            at.Add(key, host, "an IP address or a host name, without port");
        else if (!insecure && !HostAddress.IsLoopback(host))
            at.Add(key, host, "other hosts reach this address and the port is plain: whoever connects can take and send jobs; "
                + "use a loopback address, configure tls, or write insecure = on where the network itself is trusted");
    }

    private static void Bounds(BalancerOptions options, Findings at)
    {
        at.Duration("retention.succeeded", options.Retention.Succeeded, TimeSpan.Zero, TimeSpan.FromDays(3650));
        at.Duration("retention.dead", options.Retention.Dead, TimeSpan.Zero, TimeSpan.FromDays(3650));
        at.Number("memory.max-waiting", options.Memory.MaxWaiting, 1, 100_000_000);
        at.Number("memory.keep-finished", options.Memory.KeepFinished, 0, 100_000_000);
        at.Size("memory.keep-result-bytes", options.Memory.KeepResultBytes, 0, 1L << 40);
        at.Size("limits.payload", options.Limits.Payload, 1, 16 * Mebi);
        at.Size("limits.result", options.Limits.Result, 1, 16 * Mebi);
        at.Number("limits.queues", options.Limits.Queues, 1, JobKey.MaxQueues);
    }

    private static void Queue(QueueOptions queue, Findings at)
    {
        at.OneOf("strategy", queue.Strategy, StrategyCatalog.Ids);
        if (queue.Binding is { } binding) at.Word("binding", binding);
        at.Word("order", queue.Order);
        if (queue.Weights is { } weights) at.Word("weights", weights);
        at.Number("choices", queue.Choices, 1, StrategyOptions.MaxChoices);
        at.Number("load-factor", queue.LoadFactor, 1, 100);
        at.Number("attempts", queue.Attempts, 1, 1_000);
        at.Duration("backoff.first", queue.Backoff.First, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(7));
        at.Duration("backoff.cap", queue.Backoff.Cap, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(7));
        at.Number("backoff.jitter", queue.Backoff.Jitter, 0, 1);
        at.Duration("time-limit", queue.TimeLimit, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(7));
        at.NotAbove("backoff.first", queue.Backoff.First, "backoff.cap", queue.Backoff.Cap);
    }

    private static void Worker(WorkerOptions worker, Findings at)
    {
        at.Number("slots", worker.Slots, 0, 10_000);
        if (worker.Weight is { } weight) at.Number("weight", weight, 0, 1_000_000);
        at.Duration("drain", worker.Drain, TimeSpan.Zero, TimeSpan.FromDays(1));
        at.Number("prefetch-jobs", worker.PrefetchJobs, 0, 65_536);
        at.Size("prefetch-bytes", worker.PrefetchBytes, 0, 64 * Mebi);
        at.Duration("prefetch-work", worker.PrefetchWork, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        at.Duration("hand-back", worker.HandBack, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        at.Duration("contact-lease", worker.ContactLease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        at.Duration("no-router-exit", worker.NoRouterExit, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        at.Duration("report-interval", worker.ReportInterval, Tenth, TimeSpan.FromMinutes(1));
        at.Size("exec.output", worker.Exec.Output, 1, 64 * Mebi);
        for (int i = 0; i < worker.Exec.Allow.Count; i++)
        {
            if (worker.Exec.Allow[i].Length == 0) at.Add($"exec.allow.{i}", "\"\"", "the name or absolute path of a program, or *");
        }

        for (int i = 0; i < worker.Exec.Env.Count; i++)
            at.Form($"exec.env.{i}", worker.Exec.Env[i], VariableName(), VariablePattern);

        for (int i = 0; i < worker.Http.Allow.Count; i++)
        {
            if (!HostAddress.IsHost(worker.Http.Allow[i]) && !HostAddress.IsHostAndPort(worker.Http.Allow[i]))
                at.Add($"http.allow.{i}", worker.Http.Allow[i], "HOST or HOST:PORT, such as hooks.example.com or 10.0.0.5:8080");
        }
    }

    private static void Router(RouterOptions router, Findings at)
    {
        at.Number("batch-jobs", router.BatchJobs, 1, 4_096);
        at.Size("batch-bytes", router.BatchBytes, 1 << 10, 16 * Mebi);
        at.Duration("silence-requeue", router.SilenceRequeue, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        at.Number("poison-crashes", router.PoisonCrashes, 1, 1_000);
        at.Duration("lease-time", router.LeaseTime, TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1));
        at.Duration("state-interval", router.StateInterval, Tenth, TimeSpan.FromMinutes(1));
    }

    private static void Metrics(MetricsOptions metrics, Findings at)
    {
        at.Duration("sample-interval", metrics.SampleInterval, Tenth, TimeSpan.FromMinutes(1));
        at.Duration("publish-interval", metrics.PublishInterval, Tenth, TimeSpan.FromMinutes(1));
        at.Duration("slow-start", metrics.SlowStart, TimeSpan.Zero, TimeSpan.FromHours(1));
        at.Number("slow-start-from", metrics.SlowStartFrom, 0.001, 1);
    }

    /// <summary>What holds between settings of different parts.</summary>
    private static void Together(BalancerOptions options, Findings at)
    {
        TimeSpan lease = options.Worker.ContactLease;

        // Rule 8 of the protocol (src/README.md): a worker that hears of nobody has cancelled its jobs before they run elsewhere.
        if (lease >= options.Router.SilenceRequeue)
        {
            at.Add("worker.contact-lease", OptionText.Of(lease), $"must be below router.silence-requeue ({OptionText.Of(options.Router.SilenceRequeue)}), "
                + "else a job runs elsewhere before the silent worker has cancelled it");
        }

        // One lost message must not cost a healthy worker its jobs.
        at.NotAbove("worker.report-interval", options.Worker.ReportInterval, "half of worker.contact-lease", lease / 2);
        at.NotAbove("router.state-interval", options.Router.StateInterval, "half of worker.contact-lease", lease / 2);
    }

    private const string NamePattern = "[a-z0-9][a-z0-9._-]{0,63}";
    private const string RoleNamePattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private const string VariablePattern = "[A-Za-z_][A-Za-z0-9_]*";

    [GeneratedRegex($@"\A{VariablePattern}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();

    // As PostgreSQL itself takes a name without quotes.
    private const string SchemaPattern = "[a-z_][a-z0-9_]{0,62}";

    [GeneratedRegex($@"\A{SchemaPattern}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SchemaName();

    [GeneratedRegex($@"\A{NamePattern}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex($@"\A{RoleNamePattern}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RoleName();
}
