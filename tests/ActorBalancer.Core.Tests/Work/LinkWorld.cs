using ActorBalancer.Options;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Work;

/// <summary>
/// One worker and a tiny router in virtual time, with a link between them that may lose, double and delay. The router knows
/// only the rules of the link: number batches, resend gaps, take outcomes in order, commit, never exceed the credit.
/// </summary>
internal sealed class LinkWorld
{
    private readonly PriorityQueue<Action, (long At, long Order)> _agenda = new();
    private readonly Func<int, long> _durationMicros;
    private readonly Dictionary<int, StartedRun> _running = [];
    private readonly List<AssignBatch> _batches = [];
    private readonly Queue<int> _toSend;
    private readonly RunToken[] _tokens;
    private readonly int _payloadBytes;
    private readonly int _backlog;
    private long _incarnation = 10;
    private long _order;
    private long _lastResend;
    private long _committedBefore;
    private long _reportSeen;
    private long _batchSeen;
    private bool _helloSeen;

    public LinkWorld(int slots, int backlog, Func<int, long> durationMicros, Func<WorkerOptions, WorkerOptions>? with = null, int payloadBytes = 0)
    {
        _durationMicros = durationMicros;
        _backlog = backlog;
        _payloadBytes = payloadBytes;
        _toSend = new(Enumerable.Range(0, backlog));
        _tokens = new RunToken[backlog];
        Outcomes = new AttemptOutcome[backlog];
        Starts = new int[backlog];
        Core = Given.Worker(slots, with);
        Core.RouterFound(Given.Route, Clock);
        CarryOut();
        Every(Moment.PerSecond, SendWord);
    }

    public WorkerCore Core { get; }

    public long Now { get; private set; }

    public long OneWayMicros { get; init; } = 100;

    /// <summary>What becomes of a message: the extra delay of each copy that arrives.</summary>
    public Func<long[]> Fate { get; init; } = () => [0];

    /// <summary>The store is away: outcomes are read, not committed.</summary>
    public bool StoreAway { get; set; }

    /// <summary>Jobs a batch.</summary>
    public int BatchJobs { get; init; } = 64;

    public AttemptOutcome[] Outcomes { get; }

    public int[] Starts { get; }

    public int Sent { get; private set; }

    public int Settled { get; private set; }

    public long Credit { get; private set; }

    /// <summary>On the link to the present router.</summary>
    public long OutcomesTaken { get; private set; }

    public int Reports { get; private set; }

    public long LargestWindow { get; private set; }

    public long BusyMicros { get; private set; }

    private long Committed => StoreAway ? _committedBefore : _committedBefore = OutcomesTaken;

    private Moment Clock => new(Now, 1_000_000 + Now / 1000);

    /// <summary>Runs until nothing is left to do before that time, or all jobs are settled.</summary>
    public void RunTo(long micros, bool untilSettled = false)
    {
        while (_agenda.TryPeek(out Action? next, out (long At, long Order) when) && when.At <= micros && !(untilSettled && Settled == _backlog))
        {
            _agenda.Dequeue();
            Now = when.At;
            next();
        }
        if (!untilSettled)
            Now = micros;
    }

    private void At(long micros, Action what) => _agenda.Enqueue(what, (Math.Max(micros, Now), _order++));

    private void Every(long micros, Action what) => At(Now + micros, () =>
    {
        what();
        Every(micros, what);
    });

    private void Deliver(Action what)
    {
        foreach (long extra in Fate())
            At(Now + OneWayMicros + extra, what);
    }

    /// <summary>The router's process dies and another one starts on its address; what was committed is kept.</summary>
    public void RestartRouterAt(long micros) => At(micros, () =>
    {
        _incarnation++;
        _batches.Clear();
        _helloSeen = false;
        Sent = 0;
        Credit = OutcomesTaken = _reportSeen = _batchSeen = _committedBefore = 0;
        Worker(() => Core.RouterLost(Given.Route, Clock));
        Worker(() => Core.RouterFound(Given.Route, Clock));
    });

    // The worker's shell.

    private void CarryOut()
    {
        WorkerEffects effects = Core.Effects;
        foreach ((_, WorkerHello hello) in effects.Hellos)
            ToRouter(() => OnHello(hello));
        foreach ((_, WorkerReport report) in effects.Reports)
        {
            Reports++;
            ToRouter(() => OnReport(report));
        }
        foreach (StartedRun run in effects.Starts)
            Run(run);
        foreach ((int slot, _) in effects.Cancels)
            At(Now, () => End(slot, _running.GetValueOrDefault(slot).Token, Given.EndedByCancel));
        if (effects.WakeAt != 0)
            At(effects.WakeAt, () => Worker(() => Core.Tick(Clock)));
        effects.Clear();
    }

    private void Worker(Action happens)
    {
        happens();
        CarryOut();
    }

    private void Run(StartedRun run)
    {
        int job = (int)run.Job.Key;
        Starts[job]++;
        _running[run.Slot] = run;
        long micros = _durationMicros(job);
        BusyMicros += micros;
        At(Now + micros, () => End(run.Slot, run.Token, Given.Ok));
    }

    private void End(int slot, RunToken token, RunEnd end)
    {
        if (!_running.TryGetValue(slot, out StartedRun run) || run.Token != token)
            return;
        _running.Remove(slot);
        Worker(() =>
        {
            if (Core.EndRun(slot, end, Clock, out StartedRun next))
                Run(next);
        });
    }

    // The router.

    /// <summary>What was on its way to a process that died is lost with its connection.</summary>
    private void ToRouter(Action what)
    {
        long to = _incarnation;
        Deliver(() =>
        {
            if (to == _incarnation)
                what();
        });
    }

    private void OnHello(WorkerHello hello)
    {
        if (!_helloSeen)
            Adopt(hello.Held);
        _helloSeen = true;
        RouterWelcome welcome = new(_incarnation, "r1", hello.WorkerIncarnation, 0);
        Deliver(() => Worker(() => Core.Welcomed(Given.Route, welcome, Clock)));
    }

    /// <summary>A new process runs again what is not stored as ended and what no worker holds (rule 9).</summary>
    private void Adopt(HeldRun[] held)
    {
        Dictionary<int, RunToken> tokens = held.ToDictionary(run => (int)run.Key, run => run.Token);
        _toSend.Clear();
        for (int job = 0; job < _backlog; job++)
        {
            if (Outcomes[job] != AttemptOutcome.None)
                continue;
            if (tokens.TryGetValue(job, out RunToken token))
                _tokens[job] = token;
            else
                _toSend.Enqueue(job);
        }
    }

    private void OnReport(WorkerReport report)
    {
        if (report.RouterIncarnation != _incarnation)
            return;
        for (int i = 0; i < report.Outcomes.Length; i++)
        {
            if (report.FirstOutcome + i != OutcomesTaken + 1)
                continue;
            OutcomesTaken++;
            Settle(report.Outcomes[i]);
        }
        if (report.Number <= _reportSeen)
            return;
        Assert.True(report.Credit >= Credit, "credit decreased");
        _reportSeen = report.Number;
        Credit = report.Credit;
        _batchSeen = Math.Max(_batchSeen, report.BatchSeen);
        bool gap = report.Held is not null || report.BatchSeen < _batches.Count;
        if (gap && _batchSeen < _batches.Count && Now - _lastResend > 4 * OneWayMicros)
            Resend();
        Assign();
    }

    private void Resend()
    {
        _lastResend = Now;
        for (long i = _batchSeen; i < _batches.Count; i++)
        {
            AssignBatch batch = Given.Batch(i + 1, _batches[(int)i].Jobs, _incarnation, _reportSeen, Committed);
            Deliver(() => Worker(() => Core.Assigned(Given.Route, batch, Clock)));
        }
    }

    private void Settle(in FinishedRun run)
    {
        int job = (int)run.Key;
        // A stale token, or stored before the router died: acknowledged and counted, nothing more.
        if (_tokens[job] != run.Token || Outcomes[job] != AttemptOutcome.None)
        {
            Assert.NotEqual(10, _incarnation);
            return;
        }
        Outcomes[job] = run.Outcome;
        Settled++;
    }

    private void Assign()
    {
        LargestWindow = Math.Max(LargestWindow, Credit - OutcomesTaken);
        while (_toSend.Count > 0 && Sent < Credit)
        {
            int count = (int)Math.Min(BatchJobs, Math.Min(_toSend.Count, Credit - Sent));
            AssignedJob[] jobs = new AssignedJob[count];
            for (int i = 0; i < count; i++)
            {
                int job = _toSend.Dequeue();
                jobs[i] = Given.Job(job, bytes: _payloadBytes);
                jobs[i].Key = job;
                _tokens[job] = Given.Token(job, _incarnation);
            }
            Sent += count;
            AssignBatch batch = Given.Batch(_batches.Count + 1, jobs, _incarnation, _reportSeen, Committed);
            _batches.Add(batch);
            Deliver(() => Worker(() => Core.Assigned(Given.Route, batch, Clock)));
        }
        if (_toSend.Count == 0)
            SendWord();
    }

    private void SendWord()
    {
        if (!_helloSeen)
            return;
        AssignBatch word = Given.Word(_batches.Count, _incarnation, _reportSeen, Committed);
        Deliver(() => Worker(() => Core.Assigned(Given.Route, word, Clock)));
    }
}
