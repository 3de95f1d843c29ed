using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Node.Certs;
using ActorBalancer.Node.Nodes;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Failure;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Security;

/// <summary>A router and two workers as processes, over mutual TLS, with this process as their client. Shared by the tests of a class.</summary>
public sealed class SecureCluster : IAsyncLifetime
{
    private const string Host = "127.0.0.1";

    private readonly string _folder = Directory.CreateTempSubdirectory("secure").FullName;
    private readonly List<ChildNode> _nodes = [];
    private ClientNode? _client;

    internal CertsReport Certs { get; private set; } = null!;

    internal ChildNode Router { get; private set; } = null!;

    internal int Port { get; private set; }

    internal JobClient Client => _client!.Jobs;

    public async Task InitializeAsync()
    {
        Certs = MakeCerts("own", Host);
        Router = Start("router", Certs, ["--role", "router", "--port", "0"]);
        Port = int.Parse((await Router.Ready.WaitAsync(Eventually.Deadline)).Seed.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        await Task.WhenAll(AddWorkerAsync("w1"), AddWorkerAsync("w2"));
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        _client = await ClientNode.JoinAsync($"{Host}:{Port}", deadline.Token, [.. Settings(Certs.Ca, Certs.Nodes[0])]);
    }

    public async Task DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        foreach (ChildNode node in _nodes)
            await node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A CA of its own in a folder of its own.</summary>
    internal CertsReport MakeCerts(string name, params string[] hosts) =>
        new CertsFolder(Path.Combine(_folder, name), TimeProvider.System).Make(hosts, 1, force: false);

    /// <summary>Starts a worker and does not wait.</summary>
    internal ChildNode StartWorker(string name, CertsReport certs, string? seed = null, int port = 0) =>
        Start(name, certs, ["--role", "worker", "--port", $"{port}", "--seed", seed ?? $"{Host}:{Port}", "--slots", "4"]);

    internal async Task<ChildNode> AddWorkerAsync(string name, int port = 0)
    {
        ChildNode worker = StartWorker(name, Certs, port: port);
        await worker.Ready.WaitAsync(Eventually.Deadline);
        return worker;
    }

    /// <summary>Runs as many jobs to their outcome, each with a payload of its own, and checks every result.</summary>
    internal async Task RunJobsAsync(int count = 200)
    {
        JobRequest[] jobs = [.. Enumerable.Range(0, count).Select(i => TestCluster.Job("echo", $$"""{"n":{{i}}}"""))];
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        int ran = 0;
        await foreach (RanJob job in Client.RunAsync(jobs, 100, deadline.Token))
        {
            Assert.Equal(JobState.Succeeded, job.State);
            ran++;
        }
        Assert.Equal(count, ran);
    }

    internal async Task<string[]> WorkersAsync() =>
        [.. (await Client.ListWorkersAsync()).Where(w => w.State != WorkerState.Gone).Select(w => w.Name).Order(StringComparer.Ordinal)];

    private ChildNode Start(string name, CertsReport certs, string[] arguments)
    {
        ChildNode node = ChildNode.Start(
            name,
            typeof(ChildNode).Assembly.Location,
            [.. arguments, "--http-port", "0"],
            [StoreOfTests.Memory, .. Settings(certs.Ca, certs.Nodes[0]).Select(s => new KeyValuePair<string, string>(EnvironmentOf(s.Key), s.Value))]);
        _nodes.Add(node);
        return node;
    }

    private static string EnvironmentOf(string key) => key.ToUpperInvariant().Replace(".", "__", StringComparison.Ordinal);

    private static IEnumerable<KeyValuePair<string, string>> Settings(string ca, NodeFiles node) =>
    [
        new("actorbalancer.remoting.tls.certificate", node.Certificate),
        new("actorbalancer.remoting.tls.key", node.Key),
        new("actorbalancer.remoting.tls.ca", ca),
    ];
}
