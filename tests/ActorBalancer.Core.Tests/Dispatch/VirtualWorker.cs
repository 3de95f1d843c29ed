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

    public VirtualWorker(VirtualCluster cluster, string name, long incarnation, int slots, int weight, string[] kinds, WorkerOptions options)
    {
        _cluster = cluster;
        Name = name;
        Incarnation = incarnation;
        Weight = weight;
        _slots = new VirtualRun?[slots];
        _slotGeneration = new long[slots];
        var identity = new WorkerIdentity { Incarnation = incarnation, Name = name, Weight = weight, Kinds = kinds, LifePort = 0, Version = "test" };
        Core = new WorkerCore(options, identity, cluster.Moment);
    }

    public string Name { get; }

    public long Incarnation { get; }

    public int Weight { get; }

    public WorkerCore Core { get; }

    public bool Alive { get; private set; } = true;

    /// <summary>Nothing is heard or said, the clock goes on: SIGSTOP.</summary>
    public bool Paused { get; set; }

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

    /// <summary>The process ends at once. The router hears of it as of any other message.</summary>
    public void Kill(bool evidence = true)
    {
        Alive = false;
        if (evidence)
            _cluster.At(_cluster.Now + _cluster.Latency, () => _cluster.Tell(r => r.WorkerGone(Incarnation, "killed")));
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
        effects.Clear();
        foreach (StartedRun start in starts)
            Start(start);
        foreach ((int slot, CancelReason _) in cancels)
            End(slot, _slotGeneration[slot], new RunEnd { Outcome = AttemptOutcome.Cancelled });
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
        var run = new VirtualRun(start.Job.Key, Name, start.Token, start.Job.Kind, _cluster.Now);
        _slots[start.Slot] = run;
        _cluster.Runs.Add(run);
        long generation = ++_slotGeneration[start.Slot];
        AssignedJob job = start.Job;
        long service = BinaryPrimitives.ReadInt64LittleEndian(job.Payload.Span);
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
