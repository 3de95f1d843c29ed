using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Demo;

/// <summary>The demo's processes: a router and its workers, all on free ports of the loopback, all ended with this one.</summary>
internal sealed class DemoCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    // Jobs are kept as they are by default, and nothing of them when the demo is over.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorbalancer-demo-");
    private readonly TimeProvider _clock;
    private readonly ChildNode _router;
    private readonly List<DemoWorker> _workers = [];
    private string _seed = "";
    private int _started;

    private DemoCluster(TimeProvider clock)
    {
        _clock = clock;
        _router = ChildNode.Start("router", typeof(DemoCluster).Assembly.Location, ["--role", "router", "--port", "0", "--bind", "127.0.0.1"], RouterSettings(_folder.FullName));
    }

    /// <summary>Those that live.</summary>
    public IReadOnlyList<DemoWorker> Workers => _workers;

    /// <summary>Where the cluster can be joined.</summary>
    public string Seed => _seed;

    /// <param name="workers">How many at first.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="ChildNodeException">A process ended before it was ready.</exception>
    /// <exception cref="TimeoutException">One hangs.</exception>
    public static async Task<DemoCluster> StartAsync(int workers, TimeProvider clock, CancellationToken stop)
    {
        DemoCluster cluster = new(clock);
        try
        {
            cluster._seed = (await cluster._router.Ready.WaitAsync(Patience, clock, stop)).Seed;
            for (int i = 0; i < workers; i++)
                cluster.StartWorker(1 << (i % 3));
            foreach (DemoWorker worker in cluster._workers)
                await worker.Process.Ready.WaitAsync(Patience, clock, stop);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more worker and does not wait for it.</summary>
    public DemoWorker StartWorker(int slots)
    {
        string name = $"worker-{++_started}";
        string capacity = $"{slots}";
        ChildNode process = ChildNode.Start(
            name, ["--role", "worker", "--port", "0", "--bind", "127.0.0.1", "--seed", _seed, "--slots", capacity, "--weight", capacity]);
        DemoWorker worker = new(name, slots, process, _clock.GetUtcNow());
        _workers.Add(worker);
        return worker;
    }

    /// <summary>SIGKILL.</summary>
    /// <returns>The moment before it was sent.</returns>
    public DateTimeOffset Kill(DemoWorker worker)
    {
        DateTimeOffset before = _clock.GetUtcNow();
        worker.Process.Kill();
        _workers.Remove(worker);
        return before;
    }

    /// <summary>Waits until the router gives every living worker its full share.</summary>
    /// <exception cref="TimeoutException">It did not within a minute.</exception>
    public async Task WaitForAllAsync(JobClient client, CancellationToken stop)
    {
        using CancellationTokenSource patience = new(Patience, _clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            while (!await AllAreUpAsync(client, either.Token))
                await Task.Delay(Poll, _clock, either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"the workers did not join within {Patience.TotalSeconds:0} s. {Logs()}");
        }
    }

    /// <summary>What the processes said last, for a failure.</summary>
    public string Logs() => string.Join("\n", ((IEnumerable<ChildNode>)[_router, .. _workers.Select(w => w.Process)])
        .Where(p => p.Log.Length > 0).Select(p => $"{p.Name} said:\n{p.Log}"));

    public async ValueTask DisposeAsync()
    {
        foreach (DemoWorker worker in _workers)
            await worker.Process.DisposeAsync();
        await _router.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static KeyValuePair<string, string>[] RouterSettings(string folder) =>
    [
        // Long enough to see a newcomer begin small, short enough to see it whole before the demo is over.
        new("ACTORBALANCER__METRICS__SLOW_START", "1s"),
        new("ACTORBALANCER__STORE", "sqlite"),
        new("ACTORBALANCER__SQLITE__FILE", Path.Combine(folder, "jobs.db")),
    ];

    private async Task<bool> AllAreUpAsync(JobClient client, CancellationToken stop)
    {
        try
        {
            Dictionary<string, WorkerInfo> known = [];
            foreach (WorkerInfo info in await client.ListWorkersAsync(stop))
            {
                if (info.State == WorkerState.Up)
                    known[info.Name] = info;
            }
            return _workers.All(w => known.TryGetValue(w.Name, out WorkerInfo? info) && info.EffectiveWeight >= info.Weight * 0.999);
        }
        catch (JobRefusedException e) when (e.Code == RefusalCode.NotReady)
        {
            return false;
        }
    }
}
