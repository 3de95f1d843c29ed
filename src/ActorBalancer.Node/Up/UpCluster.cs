using ActorBalancer.Client;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Up;

/// <summary>The processes of <c>up</c>: a router and its workers on the loopback. None outlives this one.</summary>
internal sealed class UpCluster(UpArguments arguments, TimeSpan drain, Action<string> tell, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Where the tools look for a cluster that nobody named.</summary>
    public const int HttpPort = 8600;

    /// <summary>Where nodes listen by default.</summary>
    public const int RemotingPort = 8601;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    // What a node needs beside its drain to leave the cluster.
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(20);

    private readonly IReadOnlyList<KeyValuePair<string, string>> _settings = ChildSettings.FromEnvironment();

    // Replaced, never changed: a router that starts again looks at it from another thread.
    private volatile SupervisedNode[] _workers = [];
    private SupervisedNode? _router;
    private BalancerClient? _client;
    private volatile bool _stopping;

    /// <summary>The router, once it is started.</summary>
    public ReadyLine Router => _router!.Ready!;

    /// <summary>What each node said that has been ready, the router first.</summary>
    public IEnumerable<ReadyLine> Nodes => WorkersSaid.Prepend(Router);

    private IEnumerable<ReadyLine> WorkersSaid => _workers.Select(w => w.Ready).OfType<ReadyLine>();

    /// <summary>Starts all of them and waits until every worker gets jobs.</summary>
    /// <exception cref="ChildNodeException">A process ended before it was ready.</exception>
    /// <exception cref="TimeoutException">One hangs.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        _router = await StartRouterAsync(stop);
        _client = new BalancerClient(new Uri(Router.Http!), new BalancerClientSettings { CertificateAuthority = arguments.Ca });
        for (int i = 1; i <= arguments.Workers; i++)
        {
            string name = $"worker-{i}";
            _workers = [.. _workers, new SupervisedNode(name, last => StartWorker(name, last), tell, clock)];
        }
        foreach (SupervisedNode worker in _workers)
            await worker.ReadyAsync(stop).WaitAsync(Patience, clock, stop);
        await WaitForAllAsync(stop);
    }

    /// <summary>Drains the workers, then stops the router.</summary>
    /// <returns>How many jobs had not come to their end; null where nobody can say.</returns>
    public async Task<long?> StopAsync()
    {
        // That the workers leave is what was asked for, and no news.
        _stopping = true;
        await Task.WhenAll(_workers.Select(w => w.StopAsync(drain + Leaving)));
        long? left = await JobsLeftAsync();
        if (_router is not null)
            await _router.StopAsync(Leaving);
        return left;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SupervisedNode worker in _workers)
            await worker.DisposeAsync();
        if (_router is not null)
            await _router.DisposeAsync();
        _client?.Dispose();
    }

    /// <summary>On the usual ports where these are free, else on any. Another process may take one between the look and the start.</summary>
    private async Task<SupervisedNode> StartRouterAsync(CancellationToken stop)
    {
        (int http, int remoting) = (FreePort.OrAny(HttpPort), FreePort.OrAny(RemotingPort));
        while (true)
        {
            (int atHttp, int atRemoting) = (http, remoting);
            SupervisedNode router = new("router", last => StartRouter(last, atHttp, atRemoting), tell, clock);
            try
            {
                await router.ReadyAsync(stop).WaitAsync(Patience, clock, stop);
                return router;
            }
            catch (ChildNodeException) when (http + remoting > 0)
            {
                await router.DisposeAsync();
                (http, remoting) = (0, 0);
            }
            catch
            {
                await router.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>One that is started again keeps its addresses, and finds its cluster by its workers.</summary>
    private ChildNode StartRouter(ReadyLine? last, int http, int remoting)
    {
        List<string> options = ["--role", "router", "--bind", "127.0.0.1"];
        options.AddRange(["--port", last is null ? $"{remoting}" : $"{last.Port}", "--http-port", last?.Http is { } url ? $"{new Uri(url).Port}" : $"{http}"]);
        if (last is not null)
        {
            foreach (ReadyLine node in WorkersSaid.Prepend(last))
                options.AddRange(["--seed", node.Seed]);
        }
        return Start("router", options);
    }

    private ChildNode StartWorker(string name, ReadyLine? last)
    {
        List<string> options = ["--role", "worker", "--bind", "127.0.0.1", "--port", "0", "--seed", Router.Seed];
        options.AddRange(["--http-port", last?.Http is { } url ? $"{new Uri(url).Port}" : "0"]);
        if (arguments.Slots is { } slots)
            options.AddRange(["--slots", slots]);
        return Start(name, options);
    }

    private ChildNode Start(string name, List<string> options)
    {
        if (arguments.ConfigFile is { } file)
            options.AddRange(["--config", file]);
        if (arguments.Store is { } store)
            options.AddRange(["--store", store]);
        if (arguments.SqliteFile is { } database)
            options.AddRange(["--sqlite-file", database]);
        if (arguments.Verbose)
            options.Add("--verbose");
        ChildNode node = ChildNode.Start(name, typeof(UpCluster).Assembly.Location, options, _settings);
        node.Said += line =>
        {
            if (arguments.Verbose || !(_stopping || IsOfConnections(line)))
                tell($"{name}: {line}");
        };
        return node;
    }

    /// <summary>
    /// Akka tells of every connection that a node took along when it went, many times over; that it went is told by the one who
    /// starts it again, and by our own actors.
    /// </summary>
    private static bool IsOfConnections(string line) =>
        line.Contains(" Akka.Actor.ActorSystem[", StringComparison.Ordinal)
        && (line.Contains("[remoting (akka:", StringComparison.Ordinal) || line.Contains("/system/", StringComparison.Ordinal));

    private async Task WaitForAllAsync(CancellationToken stop)
    {
        long began = clock.GetTimestamp();
        while (await NotUpAsync(stop) is { } reason)
        {
            if (clock.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"after {Patience.TotalSeconds:0} s {reason}");
            await Task.Delay(Poll, clock, stop);
        }
    }

    /// <summary>Why it is too early for jobs; null: it is not.</summary>
    private async Task<string?> NotUpAsync(CancellationToken stop)
    {
        try
        {
            HashSet<string> up = [.. (await _client!.ListWorkersAsync(stop)).Where(w => w.State == "up").Select(w => w.Name)];
            return Array.Find(_workers, w => !up.Contains(w.Name)) is { } missing ? $"{missing.Name} has not joined" : null;
        }
        catch (Exception e) when (e is UnreachableException or RefusedException)
        {
            return $"the router does not answer: {e.Message}";
        }
    }

    private async Task<long?> JobsLeftAsync()
    {
        try
        {
            return _client is null ? null : (await _client.ListQueuesAsync()).Sum(q => q.Waiting + q.Running + q.Scheduled);
        }
        catch (Exception e) when (e is UnreachableException or RefusedException)
        {
            return null;
        }
    }
}
