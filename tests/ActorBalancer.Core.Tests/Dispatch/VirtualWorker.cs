using System.Buffers.Binary;
using ActorBalancer.Options;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>A worker of the <see cref="VirtualCluster"/>: the production machine, and handlers that take the time their payload says.</summary>
internal sealed class VirtualWorker
{
    private readonly VirtualCluster _cluster;
    private readonly VirtualRun?[] _slots;
    private readonly long[] _slotGeneration;
    private long _wake = long.MaxValue;

    public VirtualWorker(VirtualCluster cluster, string name, long incarnation, int slots, int weight, string[] kinds, WorkerOptions options, HeldRun[] left)
    {
        _cluster = cluster;
        Name = name;
        Incarnation = incarnation;
        Weight = weight;
        _slots = new VirtualRun?[slots];
        _slotGeneration = new long[slots];
        var identity = new WorkerIdentity { Incarnation = incarnation, Name = name, Weight = weight, Kinds = kinds, LifePort = 0, Version = "test", Left = left };
        Core = new WorkerCore(options, identity, cluster.Moment);
    }

    public string Name { get; }

    public long Incarnation { get; }

    public int Weight { get; }

    public int Slots => _slots.Length;

    public WorkerCore Core { get; }

    public bool Alive { get; private set; } = true;

    /// <summary>Nothing is heard or said, the clock goes on: SIGSTOP.</summary>
    public bool Paused { get; set; }

    /// <summary>What a handler's time is divided by.</summary>
    public double Speed { get; set; } = 1;

    /// <summary>Virtual microseconds that all its slots together spent in handlers.</summary>
    public long BusyMicros { get; private set; }

    public int FreeSlots => Alive ? _slots.Count(s => s is null) : 0;

    /// <summary>How a run ends; the default is success with the job's key as result.</summary>
    public Func<AssignedJob, RunEnd> Ends { get; set; } = static job => new RunEnd
    {
        Outcome = AttemptOutcome.Succeeded,
        Result = BitConverter.GetBytes(job.Key),
    };

    public void Hear(Action<WorkerCore> message)
    {
        if (!Alive)
            return;
        if (Paused)
        {
            _cluster.At(_cluster.Now + 1_000, () => Hear(message));
            return;
        }
        message(Core);
        CarryOut();
    }

    /// <summary>The most jobs that it held at once.</summary>
    public int MostHeld { get; private set; }

    /// <summary>Monotonic time of its death, or -1.</summary>
    public long DiedAt { get; private set; } = -1;

    /// <summary>
    /// The process ends at once. With evidence the router hears of it within a latency; the cluster removes the node later, as it does
    /// without.
    /// </summary>
    public void Kill(bool evidence = true, long silentAfter = 5 * Moment.PerSecond, long removedAfter = 10 * Moment.PerSecond)
    {
        Alive = false;
        DiedAt = _cluster.Now;
        if (evidence)
            _cluster.At(_cluster.Now + _cluster.Latency, () => _cluster.Tell(r => r.WorkerGone(Incarnation, "killed")));
        _cluster.At(_cluster.Now + silentAfter, () => _cluster.Tell(r => r.WorkerSilent(Incarnation)));
        _cluster.At(_cluster.Now + removedAfter, () => _cluster.Tell(r =>
        {
            r.WorkerRemoved(Incarnation);
            r.HeardOf(Name);
        }));
    }

    /// <summary>The node stops in good order: SIGTERM.</summary>
    public void Leave(long drainMicros = 30 * Moment.PerSecond)
    {
        _cluster.At(_cluster.Now + _cluster.Latency, () => _cluster.Tell(r => r.WorkerLeaving(Incarnation)));
        Core.Drain(_cluster.Now + drainMicros, _cluster.Moment);
        CarryOut();
    }

    public void CarryOut()
    {
        WorkerEffects effects = Core.Effects;
        foreach ((int _, WorkerHello hello) in effects.Hellos)
            _cluster.FromWorker(this, hello);
        foreach ((int _, WorkerReport report) in effects.Reports)
            _cluster.FromWorker(this, report);
        StartedRun[] starts = [.. effects.Starts];
        (int Slot, CancelReason Reason)[] cancels = [.. effects.Cancels];
        long wake = effects.WakeAt;
        bool drained = effects.Drained;
        effects.Clear();
        foreach (StartedRun start in starts)
            Start(start);
        foreach ((int slot, CancelReason _) in cancels)
            End(slot, _slotGeneration[slot], new RunEnd { Outcome = AttemptOutcome.Cancelled });
        MostHeld = Math.Max(MostHeld, Core.Running + Core.Queued);
        if (drained && Alive)
            Kill();
        if (wake == 0 || wake >= _wake)
            return;
        _wake = wake;
        _cluster.At(wake, () =>
        {
            _wake = long.MaxValue;
            Hear(core => core.Tick(_cluster.Moment));
        });
    }

    private void Start(StartedRun start)
    {
        var run = new VirtualRun(start.Job.Key, Name, Incarnation, start.Token, start.Job.Kind, _cluster.Now);
        _slots[start.Slot] = run;
        _cluster.Runs.Add(run);
        long generation = ++_slotGeneration[start.Slot];
        AssignedJob job = start.Job;
        long service = (long)(BinaryPrimitives.ReadInt64LittleEndian(job.Payload.Span) / Speed);
        _cluster.At(_cluster.Now + service, () => End(start.Slot, generation, Ends(job)));
    }

    private void End(int slot, long generation, RunEnd end)
    {
        if (!Alive || _slotGeneration[slot] != generation || _slots[slot] is not { } run)
            return;
        if (Paused)
        {
            _cluster.At(_cluster.Now + 1_000, () => End(slot, generation, end));
            return;
        }
        run.Ended = _cluster.Now;
        BusyMicros += run.Ended - run.Started;
        _slots[slot] = null;
        _slotGeneration[slot]++;
        if (Core.EndRun(slot, end, _cluster.Moment, out StartedRun next))
            Start(next);
        CarryOut();
    }
}
