using System.Text;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Node.Nodes;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Failure;

/// <summary>
/// A router and workers as processes, with this process as their client. Everything waits for a sign: a ready line, or what
/// the router says of a worker or a job.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly KeyValuePair<string, string> NoSlowStart = new("ACTORBALANCER__METRICS__SLOW_START", "0s");

    private readonly List<ChildNode> _nodes = [];
    private readonly string _seed;
    private readonly ClientNode _client;
    private readonly SqliteFolder _store;

    private TestCluster(ChildNode router, string seed, ClientNode client, SqliteFolder store)
    {
        _nodes.Add(router);
        _store = store;
        _seed = seed;
        _client = client;
    }

    public JobClient Client => _client.Jobs;

    /// <param name="routerSettings">Environment variables of the router; slow start is off unless they say otherwise.</param>
    public static async Task<TestCluster> StartAsync(params KeyValuePair<string, string>[] routerSettings)
    {
        SqliteFolder store = new();
        ChildNode router = ChildNode.Start("router", Product, ["--role", "router", "--port", "0"], [NoSlowStart, .. store.Settings, .. routerSettings]);
        try
        {
            ReadyLine ready = await router.Ready.WaitAsync(Eventually.Deadline);
            return new TestCluster(router, ready.Seed, await ClientNode.JoinAsync(ready.Seed, default).WaitAsync(Eventually.Deadline), store);
        }
        catch
        {
            await router.DisposeAsync();
            store.Dispose();
            throw;
        }
    }

    /// <summary>Starts a worker and waits until the router gives it jobs.</summary>
    public async Task<ChildNode> AddWorkerAsync(string name, int slots, int port = 0, bool faulty = false, params KeyValuePair<string, string>[] settings)
    {
        ChildNode worker = StartWorker(name, slots, port, faulty, settings);
        await worker.Ready.WaitAsync(Eventually.Deadline);
        await Eventually.IsTrue(async () => await WorkerAsync(worker) is { State: WorkerState.Up }, $"{name} is up");
        return worker;
    }

    /// <summary>As <see cref="AddWorkerAsync"/>, for two at once: the one that something happens to, and another.</summary>
    public async Task<ChildNode> AddPairAsync(string name, int slots)
    {
        Task<ChildNode> first = AddWorkerAsync(name, slots);
        await AddWorkerAsync("other", slots);
        return await first;
    }

    /// <summary>Starts a worker with these environment variables, and does not wait.</summary>
    public ChildNode StartWorker(string name, int slots, int port = 0, bool faulty = false, params KeyValuePair<string, string>[] settings)
    {
        string assembly = faulty ? Path.Combine(AppContext.BaseDirectory, "ActorBalancer.FaultyWorker.dll") : Product;
        ChildNode worker = ChildNode.Start(
            name, assembly, ["--role", "worker", "--port", $"{port}", "--seed", _seed, "--slots", $"{slots}"], settings);
        _nodes.Add(worker);
        return worker;
    }

    /// <summary>The router's view of this very process; null while it knows nothing of it.</summary>
    public async Task<WorkerInfo?> WorkerAsync(ChildNode worker)
    {
        string address = (await worker.Ready).Akka;
        IReadOnlyList<WorkerInfo> workers = await Client.ListWorkersAsync();
        return workers.Where(w => w.Name == worker.Name && w.Node == address && w.State != WorkerState.Gone).MaxBy(w => w.Incarnation);
    }

    public Task RunningOnAsync(ChildNode worker) =>
        Eventually.IsTrue(async () => await WorkerAsync(worker) is { Running: > 0 }, $"{worker.Name} runs a job");

    /// <summary>Runs the jobs to the last outcome.</summary>
    public async Task<IReadOnlyList<RanJob>> RunAsync(IEnumerable<JobRequest> requests, int outstanding = 1_000)
    {
        List<RanJob> ended = [];
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        await foreach (RanJob job in Client.RunAsync(requests, outstanding, deadline.Token))
            ended.Add(job);
        return ended;
    }

    public static JobRequest Job(string kind, string payload = "{}", string queue = "default") =>
        new() { Kind = kind, Queue = queue, Payload = Encoding.UTF8.GetBytes(payload) };

    public static IEnumerable<JobRequest> Sleeps(int count, int milliseconds) =>
        Enumerable.Range(0, count).Select(_ => Job("sleep", $$"""{"ms":{{milliseconds}}}"""));

    /// <summary>What the processes said, for the output of a failed test.</summary>
    public void WriteLogs(ITestOutputHelper output)
    {
        foreach (ChildNode node in _nodes.Where(n => n.Log.Length > 0))
            output.WriteLine($"--- {node.Name} ({node.Pid}) said:\n{node.Log}");
    }

    public async ValueTask DisposeAsync()
    {
        // The client leaves while there is a cluster to leave.
        await _client.DisposeAsync();
        foreach (ChildNode node in _nodes)
            await node.DisposeAsync();
        _store.Dispose();
    }

    private static string Product => typeof(ChildNode).Assembly.Location;
}
