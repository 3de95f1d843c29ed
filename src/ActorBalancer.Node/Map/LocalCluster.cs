using System.Runtime.CompilerServices;
using System.Text;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Kinds;
using ActorBalancer.Node.Processes;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Node.Map;

/// <summary>
/// A cluster for one map: the router in this process, the workers as its children, on free ports of the loopback. The workers
/// may run the one program and nothing else.
/// </summary>
internal sealed class LocalCluster : IMapCluster
{
    // What a command writes, with a report's head; an item several times in base64.
    private const int LargestResult = 16 << 20, LargestPayload = 4 << 20, ReportRoom = 1 << 10;
    private const int PerSlot = 4, LeastOutstanding = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    // A crash costs one; three with the same command are too many anyway.
    private const int Attempts = 4;

    private readonly BalancerNode _router;
    private readonly ServiceProvider _services;
    private readonly Workforce _workers;
    private readonly TimeProvider _clock;
    private readonly int _outstanding;

    private LocalCluster(BalancerNode router, ServiceProvider services, Workforce workers, int slots, TimeProvider clock)
    {
        (_router, _services, _workers, _clock) = (router, services, workers, clock);
        // Enough that no slot is idle.
        _outstanding = Math.Max(LeastOutstanding, PerSlot * slots);
    }

    /// <param name="arguments">How many workers, and how they share.</param>
    /// <param name="program">The absolute path of the only one that they may run.</param>
    /// <param name="tell">Gets a line when a worker has crashed.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="ChildNodeException">The workers do not start.</exception>
    /// <exception cref="TimeoutException">They hang.</exception>
    public static async Task<LocalCluster> StartAsync(MapArguments arguments, byte[] program, Action<string> tell, TimeProvider clock, CancellationToken stop)
    {
        int slots = arguments.Slots ?? (Environment.ProcessorCount + arguments.Workers - 1) / arguments.Workers;
        LocalCluster cluster = await StartRouterAsync(arguments, slots, program, tell, clock);
        try
        {
            await cluster._router.Joined.WaitAsync(Patience, clock, stop);
            string address = cluster._router.Address;
            cluster._workers.Start(arguments.Workers, address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..]);
            // With a strategy somebody wants to see its shares, and they are those of all workers.
            await cluster.WaitForWorkersAsync(arguments.Strategy is null ? 1 : arguments.Workers, stop);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async IAsyncEnumerable<MapEnd> RunAsync(IAsyncEnumerable<byte[]> payloads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IAsyncEnumerable<JobRequest> jobs = payloads.Select(p => new JobRequest { Kind = ExecKind.Name, Payload = p, Attempts = Attempts, TimeLimit = TimeSpan.FromDays(7) });
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _workers.AllLost);
        await using IAsyncEnumerator<RanJob> ends = _router.Client.RunAsync(jobs, _outstanding, either.Token).GetAsyncEnumerator(either.Token);
        while (true)
        {
            try
            {
                if (!await ends.MoveNextAsync())
                    yield break;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new ChildNodeException("the workers crash again and again.", _workers.LastWords);
            }
            RanJob job = ends.Current;
            yield return job.Succeeded ? new MapEnd(job.Index, job.Result, null) : new MapEnd(job.Index, null, ErrorOf(job));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _workers.DisposeAsync();
        // Nobody is left to take leave of: the rest ends with this process.
        await _router.System.Terminate().WaitAsync(TimeSpan.FromSeconds(2), _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _services.DisposeAsync();
    }

    private static string ErrorOf(in RanJob job) => job.Reason == DeadReason.Poisoned
        ? "its worker crashed each of the times that it ran"
        : job.Error ?? $"it ended as {job.State.ToString().ToLowerInvariant()}";

    private static async Task<LocalCluster> StartRouterAsync(MapArguments arguments, int slots, byte[] program, Action<string> tell, TimeProvider clock)
    {
        KeyValuePair<string, string>[] shared =
        [
            new("actorbalancer.limits.result", $"{LargestResult}"),
            new("actorbalancer.limits.payload", $"{LargestPayload}"),
            // Stopped and continued as a whole (Ctrl-Z, fg), the cluster has not lost anybody. A crash shows by itself.
            new("actorbalancer.worker.contact-lease", "59m"),
            new("actorbalancer.router.silence-requeue", "1h"),
        ];
        BalancerConfiguration configuration = BalancerConfiguration.Load(new ConfigurationSources
        {
            Role = "router",
            Overrides =
            [
                .. shared,
                new("actorbalancer.name", "map"),
                new("actorbalancer.remoting.port", "0"),
                // What is mapped ends with this process, whatever happens; nothing of it is to be found on a disk afterwards.
                new("actorbalancer.store", "memory"),
                new("actorbalancer.metrics.slow-start", "0s"),
                new("actorbalancer.queue-defaults.strategy", arguments.Strategy ?? "least-connections"),
                // Each is read as soon as it is there.
                new("actorbalancer.memory.keep-finished", "1000"),
                new("actorbalancer.memory.keep-result-bytes", "1 MiB"),
            ],
        });
        KeyValuePair<string, string>[] settings =
        [
            .. shared,
            new("actorbalancer.worker.no-router-exit", "1d"),
            new("actorbalancer.worker.exec.allow.0", Encoding.UTF8.GetString(program)),
            .. ShortLife.Settings.Select((s, i) => new KeyValuePair<string, string>($"actorbalancer.worker.exec.env.{i}", s.Key)),
            new("actorbalancer.worker.exec.output", $"{LargestResult - ReportRoom}"),
            new("actorbalancer.http.enabled", "off"),
        ];
        Workforce workers = new(slots, [.. settings.Select(s => new KeyValuePair<string, string>(InEnvironment(s.Key), s.Value)), .. ShortLife.Settings], tell);
        ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        BalancerNode router = await BalancerNode.StartAsync(new NodeSettings
        {
            Options = configuration.Options,
            // The system's last words go past every logger to the screen, at this level.
            Akka = ConfigurationFactory.ParseString("akka.loglevel = OFF"),
            Services = services,
            Logs = NullLoggerFactory.Instance,
        });
        return new LocalCluster(router, services, workers, slots * arguments.Workers, clock);
    }

    private static string InEnvironment(string key) =>
        EnvironmentNames.Prefix + key["actorbalancer.".Length..].Replace(".", "__", StringComparison.Ordinal).Replace('-', '_').ToUpperInvariant();

    private async Task WaitForWorkersAsync(int count, CancellationToken stop)
    {
        using CancellationTokenSource patience = new(Patience, _clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop, _workers.AllLost);
        try
        {
            while ((await _router.Client.ListWorkersAsync(either.Token)).Count(w => w.State == WorkerState.Up) < count)
                await Task.Delay(Poll, _clock, either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            if (_workers.AllLost.IsCancellationRequested)
                throw new ChildNodeException("the workers end before they are ready.", _workers.LastWords);
            throw new TimeoutException($"the workers did not join within {Patience.TotalSeconds:0} s. {_workers.LastWords}");
        }
    }
}
