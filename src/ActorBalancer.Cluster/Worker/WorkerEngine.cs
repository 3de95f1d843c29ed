using System.Collections.Frozen;
using ActorBalancer.Options;
using ActorBalancer.Work;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Worker;

/// <summary>
/// The worker's machine with its slots, behind one lock: the actor brings it what routers say, the slots bring it what
/// ended, and whoever came carries out the effects before it leaves. Outlives restarts of the actor.
/// </summary>
internal sealed partial class WorkerEngine : IDisposable
{
    private readonly Lock _gate = new();
    private readonly WorkerCore _core;
    private readonly WorkerClock _clock;
    private readonly IServiceProvider _services;
    private readonly ILogger _log;
    private readonly FrozenDictionary<string, (JobHandler Handler, ILogger Log)> _handlers;
    private readonly SlotRunner[] _runners;
    private readonly SlotFile? _slotFile;
    private readonly JobSurroundings _around;
    private readonly List<Contact> _contacts = [];
    private IActorRef _actor = ActorRefs.Nobody;
    private bool _stopped;
    private volatile bool _isDrained;
    private volatile bool _wantsRestart;

    /// <param name="options">Slots 0: one a core.</param>
    /// <param name="identity">What routers hear; its kinds are those of <paramref name="handlers"/>.</param>
    /// <param name="handlers">Complete: kinds cannot be added later.</param>
    /// <param name="services">The application's, from which handlers get theirs.</param>
    /// <param name="logs">Handlers write to <c>ActorBalancer.Jobs.KIND</c>.</param>
    /// <param name="around">What all runs have in common; a larger result than its limit fails its attempt.</param>
    /// <param name="slotFile">Where the slots are written down; null: nowhere. This engine closes it.</param>
    public WorkerEngine(
        WorkerOptions options, WorkerIdentity identity, HandlerRegistry handlers,
        IServiceProvider services, ILoggerFactory logs, JobSurroundings around, SlotFile? slotFile = null)
    {
        if (options.Slots == 0)
            options = options with { Slots = Environment.ProcessorCount };
        _services = services;
        _slotFile = slotFile;
        _around = around with { Progressed = HasProgress };
        _clock = new WorkerClock(around.Clock);
        _log = logs.CreateLogger("ActorBalancer.Worker");
        _handlers = handlers.Kinds.ToFrozenDictionary(kind => kind, kind => (handlers.Find(kind)!, logs.CreateLogger("ActorBalancer.Jobs." + kind)));
        _core = new WorkerCore(options, identity with { Kinds = handlers.Kinds, Left = slotFile?.Left ?? [] }, _clock.Now());
        _runners = new SlotRunner[options.Slots];
        for (int i = 0; i < _runners.Length; i++)
            _runners[i] = new SlotRunner(this, i, around.ResultLimit, _log);
    }

    public WorkerLoad Load { get; } = new();

    /// <summary>Jobs that it runs at once.</summary>
    public int Slots => _runners.Length;

    /// <summary>The actor's own table; kept here, since the routes in it mean the same to the next actor.</summary>
    public Dictionary<Address, KnownRouter> Routers { get; } = [];

    /// <summary>Nothing runs any more, and nothing will.</summary>
    public bool IsDrained => _isDrained;

    /// <summary>Half the slots are lost for good.</summary>
    public bool WantsRestart => _wantsRestart;

    /// <summary>Some router lists this worker as up.</summary>
    public bool IsUp
    {
        get
        {
            lock (_gate)
                return _core.IsUp;
        }
    }

    /// <summary>Some router wants this worker to be drained.</summary>
    public bool IsDrainOrdered
    {
        get
        {
            lock (_gate)
                return _core.IsDrainOrdered;
        }
    }

    /// <summary>The actor that sends for this engine and gets its wakes; called again when it restarts.</summary>
    public void Attach(IActorRef actor)
    {
        lock (_gate)
        {
            _actor = actor;
            _core.Tick(_clock.Now());
            CarryOut();
        }
    }

    public void RouterFound(int route, ICanTell way)
    {
        lock (_gate)
        {
            ContactOf(route).Way = way;
            _core.RouterFound(route, _clock.Now());
            CarryOut();
        }
    }

    public void RouterLost(int route, ICanTell way)
    {
        lock (_gate)
        {
            ContactOf(route).Way = way;
            _core.RouterLost(route, _clock.Now());
            CarryOut();
        }
    }

    public void Welcomed(int route, IActorRef router, RouterWelcome welcome)
    {
        lock (_gate)
        {
            ContactOf(route).Way = router;
            _core.Welcomed(route, welcome, _clock.Now());
            CarryOut();
        }
    }

    public void Assigned(int route, IActorRef router, AssignBatch batch)
    {
        lock (_gate)
        {
            ContactOf(route).Way ??= router;
            _core.Assigned(route, batch, _clock.Now());
            CarryOut();
        }
    }

    public void Drain(TimeSpan within)
    {
        lock (_gate)
        {
            Moment now = _clock.Now();
            _core.Drain(now.Micros + (long)within.TotalMicroseconds, now);
            CarryOut();
        }
    }

    public void Tick()
    {
        lock (_gate)
        {
            _core.Tick(_clock.Now());
            CarryOut();
        }
    }

    /// <summary>How long until that moment of the engine's clock; at least a millisecond.</summary>
    public TimeSpan Until(long micros)
    {
        lock (_gate)
            return TimeSpan.FromMicroseconds(Math.Max(Moment.PerMillisecond, micros - _clock.Now().Micros));
    }

    /// <summary>A slot's job has ended. True: it has the next one, already loaded into its runner.</summary>
    public bool EndRun(int slot, in RunEnd end)
    {
        lock (_gate)
        {
            if (_stopped)
                return false;
            _slotFile?.End(slot);
            bool goesOn = _core.EndRun(slot, end, _clock.Now(), out StartedRun next);
            if (goesOn)
                Put(next);
            CarryOut();
            return goesOn;
        }
    }

    /// <summary>The actor is gone for good: handlers are asked to end, and nobody is told.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (SlotRunner runner in _runners)
            {
                if (runner.Job is { } job)
                    Cancel(job);
            }
        }
    }

    /// <summary>The process goes on without this worker: what still runs is nobody's crash.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _slotFile?.Close();
        }
    }

    private void CarryOut()
    {
        Load.Set(_core.Running, _core.Queued, _core.Finished, _core.ServiceMicros);
        WorkerEffects effects = _core.Effects;
        if (effects.IsEmpty)
            return;
        foreach ((int route, WorkerHello hello) in effects.Hellos)
            _contacts[route].Way?.Tell(hello, _actor);
        foreach ((int route, WorkerReport report) in effects.Reports)
            _contacts[route].Way?.Tell(report, _actor);
        // One event may start a job and cancel it, so the cancel has to find that job and no earlier one of the slot.
        foreach (StartedRun run in effects.Starts)
            Put(run);
        foreach ((int slot, _) in effects.Cancels)
        {
            if (_runners[slot].Job is { } job)
                Cancel(job);
        }
        foreach (StartedRun run in effects.Starts)
            _runners[run.Slot].Start();
        if (effects.WakeAt != 0)
            _actor.Tell(new EngineWake(effects.WakeAt));
        _isDrained |= effects.Drained;
        _wantsRestart |= effects.RestartWanted;
        if (effects.Drained || effects.NoRouter || effects.RestartWanted)
            _actor.Tell(new EngineNews(effects.Drained, effects.NoRouter, effects.RestartWanted));
        effects.Clear();
    }

    private void Put(in StartedRun run)
    {
        // Before the handler can do anything.
        _slotFile?.Begin(run.Slot, run.Token, run.Job.Key, run.Job.Attempt, _clock.Now().UnixMs);
        bool known = _handlers.TryGetValue(run.Job.Kind, out (JobHandler Handler, ILogger Log) entry);
        JobContext job = new(run.Token, run.Job, _services, known ? entry.Log : _log, _around);
        _runners[run.Slot].Load(job, entry.Handler, run.Job.Payload);
    }

    /// <summary>On the pool, since the handler's callbacks run inside the call.</summary>
    private void Cancel(JobContext job) => ThreadPool.UnsafeQueueUserWorkItem(
        static work =>
        {
            try
            {
                work.Job.Cancel();
            }
            catch (Exception e)
            {
                // Nobody is above a work item: what leaves it ends the process.
                LogCancelFailed(work.Log, e, work.Job.Kind, work.Job.Id);
            }
        },
        (Job: job, Log: _log),
        preferLocal: false);

    private Contact ContactOf(int route)
    {
        while (_contacts.Count <= route)
            _contacts.Add(new Contact());
        return _contacts[route];
    }

    [LoggerMessage(LogLevel.Warning, "A callback on the cancellation of job {Job} of kind {Kind} failed")]
    private static partial void LogCancelFailed(ILogger log, Exception exception, string kind, JobId job);

    /// <summary>To the engine's actor: call <see cref="Tick"/> then.</summary>
    internal sealed record EngineWake(long AtMicros);

    /// <summary>To the engine's actor: what concerns the node.</summary>
    internal sealed record EngineNews(bool Drained, bool NoRouter, bool RestartWanted);

    private sealed class Contact
    {
        /// <summary>The selection by which hellos go out; after the welcome the router itself.</summary>
        public ICanTell? Way { get; set; }
    }
}
