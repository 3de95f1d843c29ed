using ActorBalancer.Options;
using ActorBalancer.Work;

namespace ActorBalancer.Testing;

/// <summary>A worker: the production machine, and slots whose handlers the balancer calls. Under the gate of its <see cref="MachineRoom"/>.</summary>
internal sealed class TestWorker : TestPeer
{
    // There is one router, so one way to it.
    private const int Route = 0;

    private readonly MachineRoom _room;
    private readonly WorkerCore _core;
    private readonly TestRun?[] _runs;

    public TestWorker(MachineRoom room, string name, WorkerOptions options, string[] kinds, long incarnation)
        : base($"akka.tcp://test@{name}:1")
    {
        _room = room;
        Name = name;
        Options = options;
        Incarnation = incarnation;
        _runs = new TestRun?[options.Slots];
        _core = new WorkerCore(
            options,
            new WorkerIdentity
            {
                Incarnation = incarnation,
                Name = name,
                Weight = (int)((options.Weight ?? options.Slots) * 1_000),
                Kinds = kinds,
                LifePort = 0,
                Version = "test",
            },
            room.Now);
    }

    public string Name { get; }

    public WorkerOptions Options { get; }

    public long Incarnation { get; }

    /// <summary>Its process has ended: nothing that it says counts.</summary>
    public bool IsLost { get; private set; }

    public IEnumerable<TestRun> Runs => _runs.OfType<TestRun>();

    public long WakeAt { get; private set; } = long.MaxValue;

    public void Join() => Do(() => _core.RouterFound(Route, _room.Now));

    public void Welcomed(RouterWelcome welcome) => Do(() => _core.Welcomed(Route, welcome, _room.Now));

    public void Assigned(AssignBatch batch) => Do(() => _core.Assigned(Route, batch, _room.Now));

    public void Tick()
    {
        if (_room.Now.Micros < WakeAt)
            return;
        WakeAt = long.MaxValue;
        Do(() => _core.Tick(_room.Now));
    }

    /// <summary>False: the run is of the past, and its end changes nothing.</summary>
    public bool End(TestRun run, in RunEnd end)
    {
        if (IsLost || _runs[run.Slot] != run)
            return false;
        _runs[run.Slot] = null;
        if (_core.EndRun(run.Slot, end, _room.Now, out StartedRun next))
            Begin(next);
        CarryOut();
        return true;
    }

    public void Lose() => IsLost = true;

    private void Do(Action action)
    {
        if (IsLost)
            return;
        action();
        CarryOut();
    }

    private void Begin(in StartedRun start)
    {
        TestRun run = _room.Make(this, start);
        _runs[start.Slot] = run;
        _room.Begin(run);
    }

    private void CarryOut()
    {
        WorkerEffects effects = _core.Effects;
        foreach ((_, WorkerHello hello) in effects.Hellos)
            _room.Hello(hello, this);
        foreach ((_, WorkerReport report) in effects.Reports)
            _room.Report(report, this);
        StartedRun[] starts = [.. effects.Starts];
        (int Slot, CancelReason)[] cancels = [.. effects.Cancels];
        // Half its slots are lost to handlers that ignored their cancellation: its supervisor starts it anew.
        if (effects.Drained)
            _room.Restart(this);
        if (effects.WakeAt != 0)
            WakeAt = Math.Min(WakeAt, effects.WakeAt);
        effects.Clear();
        foreach (StartedRun start in starts)
            Begin(start);
        foreach ((int slot, _) in cancels)
        {
            if (_runs[slot] is { } run)
                _room.Cancel(run);
        }
    }
}
