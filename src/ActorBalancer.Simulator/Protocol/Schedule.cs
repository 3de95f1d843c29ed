using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>
/// One random life of a cluster, all from one number: its nodes and settings, its jobs, and what goes wrong. Then the faults stop, and
/// everything has to come to its end.
/// </summary>
internal sealed partial class Schedule
{
    private const long DrainTime = 300 * Moment.PerSecond;

    private readonly World _world;
    private readonly Luck _luck;
    private readonly BalancerOptions _options;
    private long _latestMs;
    private readonly string[] _kinds = ["a", "b"];
    private readonly List<string> _queues = ["q0", "q1", "q2"];

    private Schedule(BalancerOptions options, ulong seed, Seams seams, Action<string>? log)
    {
        // The dice of the plan are other ones than the world's, so that a small change in the one leaves the other alone.
        _luck = new Luck(seed ^ 0xA5A5_5A5A_1234_4321);
        _options = Settings(options, _luck);
        _world = new World(_options, Window(_luck), seed, seams, log) { Make = Make };
    }

    /// <summary>Plays the schedule; what was wrong, or null.</summary>
    /// <param name="options">What the schedule does not choose itself.</param>
    /// <param name="seed">Of everything.</param>
    /// <param name="seams">Where a test breaks the protocol.</param>
    /// <param name="log">Gets a line an event; null: nobody wants them.</param>
    /// <param name="steps">How many events there were.</param>
    public static string? Play(BalancerOptions options, ulong seed, Seams seams, Action<string>? log, out long steps)
    {
        var schedule = new Schedule(options, seed, seams, log);
        string? wrong = null;
        try
        {
            schedule.Play();
        }
        catch (ProtocolViolation violation)
        {
            wrong = violation.Message;
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            wrong = bug.ToString();
        }
        steps = schedule._world.Steps;
        if (wrong is not null)
            schedule._world.Log($"VIOLATION {wrong}");
        return wrong;
    }

    private static BalancerOptions Settings(BalancerOptions options, Luck luck) => options with
    {
        QueueDefaults = options.QueueDefaults with
        {
            Strategy = StrategyCatalog.Ids[luck.Next(StrategyCatalog.Ids.Count)],
            Order = luck.OneIn(3) ? QueueOrder.Source : QueueOrder.None,
            Attempts = 20,
            Backoff = options.QueueDefaults.Backoff with { First = TimeSpan.FromMilliseconds(50), Cap = TimeSpan.FromSeconds(2) },
        },
        Router = options.Router with { BatchJobs = 1 + luck.Next(8) },
        Worker = options.Worker with { PrefetchJobs = 4 * luck.Next(3) },
    };

    /// <summary>Mostly so little memory for what waits that it overflows.</summary>
    private static DispatchLimits Window(Luck luck) => luck.OneIn(3) ? DispatchLimits.Durable : new DispatchLimits
    {
        StreamJobs = 1 + luck.Next(6),
        StreamBytes = luck.OneIn(3) ? 16 + luck.Next(64) : 1 << 20,
        SourceJobs = 1 + luck.Next(4),
        LoadJobs = 1 + luck.Next(8),
    };

    private Process Make(Host host) => host.Name[0] switch
    {
        'g' => new GatewayNode(_world, host),
        'r' => new RouterNode(_world, host),
        _ => new WorkerNode(_world, host, 1 + (int)(SourceHash.Of(host.Name) % 3), _kinds, writesSlots: host.Name[^1] % 2 == 0),
    };

    private void Play()
    {
        for (int i = 1 + _luck.Next(3); i > 0; i--)
            _world.Add($"r{i}");
        for (int i = 1 + _luck.Next(2); i > 0; i--)
            _world.Add($"g{i}");
        for (int i = 2 + _luck.Next(3); i > 0; i--)
            _world.Add($"w{i}");
        _world.Network.Latency = _luck.Between(50, 2_000);
        _world.Store.Slowness = _luck.Between(100, 20_000);
        _world.Network.Reorders = _luck.OneIn(2);
        _world.Ledger.ExplainsOverlaps = !_world.Network.Reorders;
        _world.Run(2 * Moment.PerSecond + _luck.Ms(0, 1_000));
        if (!_luck.OneIn(4))
        {
            _world.Network.Loss = _luck.Next(20) / 100.0;
            _world.Network.Lateness = _luck.Next(30) / 100.0;
            _world.Network.Doubling = _world.Network.Reorders ? _luck.Next(20) / 100.0 : 0;
            _world.Store.Failures = _luck.OneIn(3) ? 0.05 : 0;
            _world.Store.Unknown = _luck.OneIn(3) ? 0.05 : 0;
        }
        for (int step = 6 + _luck.Next(14); step > 0; step--)
        {
            Step();
            _world.Run(_world.Now + (_luck.OneIn(6) ? _luck.Ms(0, 6_000) : _luck.OneIn(2) ? _luck.Ms(0, 800) : _luck.Ms(0, 20)));
        }
        Heal();
        Drain();
        Check();
    }

    private void Heal()
    {
        _world.Log("--- the faults stop");
        _world.IsHealed = true;
        _world.Network.Heal();
        // What hangs has its time already.
        _world.Run(Math.Max(_world.Now, _world.Store.HangsUntil));
        (_world.Store.AwayUntil, _world.Store.HangsUntil, _world.Store.Failures, _world.Store.Unknown, _world.Store.Slowness) = (0, 0, 0, 0, 500);
        foreach (Process process in _world.Alive<Process>().ToArray())
            process.Resume();
        // What a wrong clock has put off until then is due.
        long latest = Math.Max(_latestMs, 0);
        _world.Hosts.ForEach(host => host.SkewMs = latest);
        // More than the worst poison needs, so that no suspect waits for want of a worker.
        _world.Add("w8");
        _world.Add("w9");
    }

    private void Drain()
    {
        long end = _world.Now + DrainTime;
        while (_world.Now < end)
        {
            foreach (string queue in _queues)
                _luck.Of([.. _world.Alive<GatewayNode>()])?.Ask(new Order { Kind = Order.What.Queue, Name = queue, Paused = false });
            int events = 0;
            if (!_world.Run(Math.Min(end, _world.Now + 10 * Moment.PerSecond), () => ++events % 16 == 0 && IsDone()))
                continue;
            // What is told last, and what heals with the next report.
            _world.Run(_world.Now + 3 * Moment.PerSecond);
            if (IsDone())
                return;
        }
    }

    private bool IsDone() => _world.Ledger.IsDone
        && !_world.Hosts.Exists(host => host.Process is not { IsAlive: true, IsDowned: false } or RouterNode { Dispatcher: null } or GatewayNode { HasUntold: true });

    private void Check()
    {
        _world.Ledger.CheckAllEnded();
        foreach (GatewayNode gateway in _world.Alive<GatewayNode>())
        {
            foreach (ClientJob job in gateway.Open.SelectMany(submission => submission.Untold))
                throw new ProtocolViolation($"{gateway} was never told of the end of {job}, {Words.Id(job.Key)}");
        }
        foreach (RouterNode router in _world.Alive<RouterNode>())
            CheckAtRest(router);
    }

    /// <summary>Nothing is counted any more, and no credit was lost on the way.</summary>
    private static void CheckAtRest(RouterNode router)
    {
        if (router.Dispatcher is not { } dispatcher)
            throw new ProtocolViolation($"{router} is not registered");
        foreach (QueueInfo queue in dispatcher.Queues())
        {
            if ((queue.Waiting, queue.Running, queue.Scheduled) != (0, 0, 0))
                throw new ProtocolViolation($"{router} counts {queue.Waiting} waiting, {queue.Running} running, {queue.Scheduled} scheduled jobs in {queue.Name}, and there are none");
        }
        foreach (WorkerInfo worker in dispatcher.Workers(_ => ""))
        {
            // It may still run what a former owner gave it, whose outcome nobody waits for.
            if (router.World.Alive<WorkerNode>().Any(w => w.Incarnation == worker.Incarnation && !w.IsIdle))
                continue;
            if (worker.InFlight != 0 || (worker.State == WorkerState.Up && !dispatcher.HasCredit(worker.Incarnation)))
                throw new ProtocolViolation($"{router} has {worker.InFlight} jobs at {worker.Name}, {worker.State}, which runs none, and a credit of {worker.Credit}");
        }
    }
}
