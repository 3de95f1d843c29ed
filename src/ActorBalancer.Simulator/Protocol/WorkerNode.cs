using System.Buffers.Binary;
using System.Globalization;
using ActorBalancer.Options;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>A worker node: the production machine, and handlers that take the time that their payload says and end as the dice fall.</summary>
internal sealed class WorkerNode : Process
{
    private readonly WorkerCore _core;
    private readonly Run?[] _runs;
    private readonly Dictionary<Host, Way> _ways = [];
    private readonly List<Way> _routes = [];
    private readonly HashSet<RunToken> _before = [];
    private readonly HashSet<RunToken> _after = [];
    private readonly bool _writesSlots;
    private long _wake = long.MaxValue;

    public WorkerNode(World world, Host host, int slots, string[] kinds, bool writesSlots) : base(world, host)
    {
        Slots = slots;
        _writesSlots = writesSlots;
        _runs = new Run?[slots];
        var identity = new WorkerIdentity
        {
            Incarnation = Incarnation,
            Name = host.Name,
            Weight = slots * 1000,
            Kinds = kinds,
            LifePort = 1,
            Version = "simulated",
            Left = [.. host.SlotFile],
        };
        WorkerOptions options = world.Options.Worker with { Slots = slots };
        _core = new WorkerCore(options, identity, Clock);
    }

    public int Slots { get; }

    public bool IsIdle => _core is { Running: 0, Queued: 0 };

    /// <summary>The last time that it was told to end, or heard nothing; what it runs since then may run elsewhere too.</summary>
    public long CutOffAt { get; private set; } = -1;

    /// <summary>By link: the jobs that came, and what the newest report said of the credit.</summary>
    public Dictionary<long, (long Jobs, long Credit)> Links { get; } = [];

    public override void Start()
    {
        World.Membership.Join(this);
        CarryOut();
    }

    public void Drain(long micros)
    {
        Log("drains");
        _core.Drain(Clock.Micros + micros, Clock);
        CarryOut();
    }

    public override void Die(string why)
    {
        if (!IsAlive)
            return;
        foreach (Run run in _runs.OfType<Run>())
        {
            run.EndedAt = World.Now;
            if (_writesSlots)
                Host.SlotFile.Add(new HeldRun(run.Token, run.Job.Key, run.Job.Attempt, Clock.UnixMs));
        }
        base.Die(why);
    }

    public override void Receive(object message, Process from)
    {
        Way way = WayOf(from.Host);
        switch (message)
        {
            case AssignBatch batch:
                if (!way.IsFound)
                    (way.Router, way.IsFound) = (from, true);
                ListKept(_before);
                long seen = _core.BatchSeen(batch.RouterIncarnation);
                _core.Assigned(way.Route, batch, Clock);
                if (_core.BatchSeen(batch.RouterIncarnation) > seen)
                    Count(batch);
                ListKept(_after);
                foreach (RunToken token in _before)
                {
                    if (!_after.Contains(token))
                        World.Ledger.Forgotten(this, token);
                }
                break;
            case RouterWelcome welcome:
                if (welcome.RouterIncarnation < way.Incarnation)
                    return;
                // A process that starts at an address may answer before its predecessor is removed.
                if (way.Process == 0 ? way.IsSuspect : way.Process != welcome.ProcessIncarnation)
                    way.Known = null;
                (way.Incarnation, way.Process, way.Router, way.IsFound) = (welcome.RouterIncarnation, welcome.ProcessIncarnation, from, true);
                _core.Welcomed(way.Route, welcome, Clock);
                break;
        }
        CarryOut();
    }

    public override void Told(MemberNews news, Process subject)
    {
        if (subject is not RouterNode)
            return;
        Way way = WayOf(subject.Host);
        switch (news)
        {
            case MemberNews.Joined:
                if (way.Known is not null && way.Known != subject)
                    way.Process = 0;
                (way.Known, way.Named, way.IsSuspect) = (subject, subject, false);
                Greet(way);
                break;
            case MemberNews.Unreachable or MemberNews.Disconnected when way.Named == subject:
                way.IsSuspect = true;
                break;
            case MemberNews.Reachable when way.Named == subject:
                (way.Known, way.IsSuspect) = (subject, false);
                Greet(way);
                break;
            case MemberNews.Removed when way.Known == subject:
            case MemberNews.Gone when way.Process == subject.Incarnation:
                // A process that starts there again is found by its address.
                (way.Known, way.Named, way.Router, way.IsFound) = (null, null, null, true);
                _core.RouterLost(way.Route, Clock);
                break;
        }
        CarryOut();
    }

    private void Greet(Way way)
    {
        (way.Router, way.IsFound) = (null, true);
        _core.RouterFound(way.Route, Clock);
    }

    private Way WayOf(Host host)
    {
        if (!_ways.TryGetValue(host, out Way? way))
        {
            _ways.Add(host, way = new Way(_routes.Count, host));
            _routes.Add(way);
        }
        return way;
    }

    private void ListKept(HashSet<RunToken> kept)
    {
        kept.Clear();
        _core.ListKept(kept);
    }

    private void Count(AssignBatch batch)
    {
        (long jobs, long credit) = Links.GetValueOrDefault(batch.RouterIncarnation);
        jobs += batch.Jobs.Length;
        Links[batch.RouterIncarnation] = (jobs, credit);
        // A router that gave it up and has it back does not count what it still runs of before.
        if (jobs > credit)
            throw new ProtocolViolation($"{this} got {jobs} jobs of {batch.RouterIncarnation} on a credit of {credit}");
    }

    private void CarryOut()
    {
        WorkerEffects effects = _core.Effects;
        if (_core.Inconsistency() is { } wrong)
            throw new ProtocolViolation($"{this}: {wrong}");
        World.Ledger.Holds(this, _core.Running + _core.Queued);
        foreach ((int route, WorkerHello hello) in effects.Hellos)
            Say(route, hello);
        foreach ((int route, WorkerReport report) in effects.Reports)
        {
            (long jobs, long credit) = Links.GetValueOrDefault(report.RouterIncarnation);
            Links[report.RouterIncarnation] = (jobs, Math.Max(credit, report.Credit));
            Say(route, report);
        }
        StartedRun[] starts = [.. effects.Starts];
        (int Slot, CancelReason Reason)[] cancels = [.. effects.Cancels];
        (long wake, bool ends) = (effects.WakeAt, effects.Drained || effects.NoRouter);
        effects.Clear();
        foreach (StartedRun start in starts)
            Begin(start);
        foreach ((int slot, CancelReason reason) in cancels)
            Cancel(slot, reason);
        if (ends)
        {
            Die("it has nothing more to do");
            return;
        }
        if (wake == 0 || wake >= _wake)
            return;
        _wake = wake;
        AtOwn(wake, () =>
        {
            if (_wake == wake)
                _wake = long.MaxValue;
            _core.Tick(Clock);
            CarryOut();
        });
    }

    private void Say(int route, object message)
    {
        Way way = _routes[route];
        if (way.Router is { } router)
            World.Network.Send(this, router, message);
        else
            World.Network.SendTo(this, way.Host, message);
    }

    private void Begin(in StartedRun start)
    {
        Run run = World.Ledger.Started(this, start);
        _runs[start.Slot] = run;
        (int slot, long service) = (start.Slot, BinaryPrimitives.ReadInt64LittleEndian(start.Job.Payload.Span[8..]));
        if (World.IsLogged)
            Log($"starts {run}");
        Later(Math.Max(1, service), () => End(slot, run, Fate(run)));
    }

    private RunEnd Fate(Run run)
    {
        string error = string.Create(CultureInfo.InvariantCulture, $"run {run.Id}");
        return World.Luck.Next(World.IsHealed ? 1 : 10) switch
        {
            7 => new RunEnd { Outcome = AttemptOutcome.Failed, RetryAfterMs = -1, Error = error },
            8 => new RunEnd { Outcome = AttemptOutcome.Retry, RetryAfterMs = World.Luck.Next(300), Error = error },
            9 => new RunEnd { Outcome = AttemptOutcome.Discarded, Error = error },
            _ => new RunEnd { Outcome = AttemptOutcome.Succeeded, Result = BitConverter.GetBytes((long)run.Id), Submits = World.Ledger.Children(run) },
        };
    }

    private void Cancel(int slot, CancelReason reason)
    {
        if (_runs[slot] is not { } run)
            return;
        run.IsCancelled = true;
        CutOffAt = reason == CancelReason.ContactLost ? World.Now : CutOffAt;
        // Some handlers take their time, and a few never look.
        if (!World.Luck.OneIn(8))
            Later(World.Luck.OneIn(4) ? World.Luck.Ms(0, 1_500) : 1, () => End(slot, run, new RunEnd { Outcome = AttemptOutcome.Cancelled }));
    }

    private void End(int slot, Run run, in RunEnd end)
    {
        if (_runs[slot] != run)
            return;
        run.EndedAt = World.Now;
        _runs[slot] = null;
        if (World.IsLogged)
            Log($"ends {run}: {end.Outcome}");
        if (_core.EndRun(slot, end, Clock, out StartedRun next))
            Begin(next);
        CarryOut();
    }

    /// <summary>The way to a router's address.</summary>
    private sealed class Way(int route, Host host)
    {
        public int Route { get; } = route;

        public Host Host { get; } = host;

        /// <summary>Where messages go; null: to whoever lives at the address.</summary>
        public Process? Router { get; set; }

        /// <summary>Messages can be sent there.</summary>
        public bool IsFound { get; set; }

        public Process? Known { get; set; }

        public Process? Named { get; set; }

        public bool IsSuspect { get; set; }

        public long Incarnation { get; set; }

        public long Process { get; set; }
    }
}
