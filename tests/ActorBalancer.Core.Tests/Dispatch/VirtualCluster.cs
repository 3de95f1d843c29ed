using System.Buffers.Binary;
using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Tests.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>
/// One router and some workers in virtual time: the production machines and the memory store, joined by links with a
/// latency and, if asked for, faults. Everything follows from the seed. Handlers are a service time in the payload.
/// </summary>
internal sealed partial class VirtualCluster
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly MemoryJobStore _store;
    private readonly ManualClock _clock = new();
    private readonly BalancerOptions _options;
    private readonly DispatchLimits? _limits;
    private readonly long _wallStart;
    private long _order;
    private long _ticket;
    private bool _flushing;
    private long _routerWake = long.MaxValue;

    public VirtualCluster(BalancerOptions? options = null, int seed = 1, long latencyMicros = 200, DispatchLimits? limits = null)
    {
        _limits = limits;
        _options = options ?? TestOptions.Balancer;
        Dice = new Random(seed);
        Latency = latencyMicros;
        _wallStart = _clock.UnixMs;
        _store = new MemoryJobStore(_clock, _options.Memory, _options.Limits.Queues);
        StartRouter();
    }

    public Random Dice { get; }

    public long Latency { get; }

    public long Now { get; private set; } = 1;

    public Dispatcher Router { get; private set; } = null!;

    public MemoryJobStore Store => _store;

    public List<VirtualWorker> Workers { get; } = [];

    /// <summary>Share of messages between router and workers that get lost, come twice, or come late.</summary>
    public double Loss { get; set; }

    public double Doubling { get; set; }

    public double Lateness { get; set; }

    /// <summary>Accepted jobs by key.</summary>
    public HashSet<long> Accepted { get; } = [];

    /// <summary>Keys in the order in which they were accepted.</summary>
    public List<long> Order { get; } = [];

    /// <summary>What the store answers instead of committing; null: it commits.</summary>
    public CommitResult? StoreAnswers { get; set; }

    /// <summary>The store keeps the next commit until <see cref="Answer"/>.</summary>
    public bool StoreHangs { get; set; }

    /// <summary>What the store says of final jobs, whoever hears of it; a job that becomes final twice throws.</summary>
    /// <summary>Readings from the store and commits take time, and show it or are stored at some moment meanwhile.</summary>
    public bool LateLoads { get; init; }

    /// <summary>Whether each outcome must be a legal step, and the router's counts those of the store.</summary>
    public bool ChecksSteps { get; set; } = true;

    /// <summary>Every reading that was answered, with what it brought.</summary>
    public List<(LoadQuery Query, long[] Keys)> Loads { get; } = [];

    public Dictionary<long, OutcomeRow> Finals { get; } = [];

    /// <summary>Every outcome row that was stored.</summary>
    public List<OutcomeRow> Stored { get; } = [];

    public int Restarts { get; private set; }

    /// <summary>Jobs that wait again after a retry by hand.</summary>
    public int Retried { get; private set; }

    /// <summary>Final jobs by key, as the submitter heard of them; a key that is told twice throws.</summary>
    public Dictionary<long, FinishedJob> Finished { get; } = [];

    /// <summary>Every run that started: key, worker, token, start, end (or -1).</summary>
    public List<VirtualRun> Runs { get; } = [];

    public List<SubmitAnswer> Answers { get; } = [];

    public List<DispatchNotice> Notices { get; } = [];

    public List<JobStep> Steps { get; } = [];

    public Moment Moment => new(Now, _wallStart + Now / 1000);

    /// <summary>After the router was replaced, whoever asked for it.</summary>
    public Action? OnRestart { get; set; }

    /// <summary>After every step; a test's own checks.</summary>
    public Action? Watch { get; set; }

    public long UnixMs => Moment.UnixMs;

    /// <summary>What there is of the job, from the store.</summary>
    public JobInfo Read(long key) => _store.GetAsync(new JobId(key), CancellationToken.None).AsTask().Result!;

    public QueueInfo Queue(string name = "default") => Router.Queues().Single(q => q.Name == name);

    public WorkerInfo Worker(string name) => Router.Workers(_ => "").Single(w => w.Name == name);

    public static JobRequest Job(long serviceMicros, string kind = "work", string queue = "default", string? source = null, int priority = 5)
    {
        byte[] payload = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(payload, serviceMicros);
        return new JobRequest { Kind = kind, Payload = payload, Queue = queue, Source = source, Priority = priority };
    }

    public VirtualWorker AddWorker(string name, int slots, double weight = 0, string[]? kinds = null, HeldRun[]? left = null)
    {
        long incarnation = Now + 1_000_000 + Workers.Count;
        WorkerOptions options = _options.Worker with { Slots = slots };
        var worker = new VirtualWorker(this, name, incarnation, slots, (int)(1000 * (weight > 0 ? weight : slots)), kinds ?? ["work"], options, left ?? []);
        Workers.Add(worker);
        worker.Core.RouterFound(0, Moment);
        worker.CarryOut();
        return worker;
    }

    public void SetWeights() =>
        Router.WeightsChanged(new Weights(++_ticket, [.. Workers.Where(w => w.Alive).Select(w => new WorkerWeight(w.Incarnation, w.Weight))]));

    public void Submit(params IEnumerable<JobRequest> jobs) => Submit(BatchRule.RowByRow, jobs);

    public void Submit(BatchRule rule, params IEnumerable<JobRequest> jobs)
    {
        Router.Now = Moment;
        Router.Submitted(0, ++_ticket, JobBatch.From([.. jobs], rule), notify: true);
        FlushSoon();
    }

    /// <summary>Calls the router within its turn.</summary>
    public T Tell<T>(Func<Dispatcher, T> call)
    {
        Router.Now = Moment;
        T answer = call(Router);
        FlushSoon();
        return answer;
    }

    public void Tell(Action<Dispatcher> call) => Tell<object?>(router =>
    {
        call(router);
        return null;
    });

    /// <summary>Retries a job by hand, as a shell does; a job that waits again is not final any more.</summary>
    public RefusalCode Retry(long key)
    {
        RefusalCode code = Tell(router => router.Retry(key)).Code;
        if (code != RefusalCode.None)
            return code;
        Reopening answer = StoreAnswers switch
        {
            null => _store.ReopenAsync(Router.Incarnation, new JobId(key), CancellationToken.None).AsTask().Result,
            CommitResult.Unavailable => new Reopening(ReopenResult.Unavailable),
            _ => new Reopening(ReopenResult.Fenced),
        };
        if (answer.Result == ReopenResult.Done)
        {
            if (!JobTransitions.IsLegal(Finals[key].State, JobState.Waiting))
                throw new InvalidOperationException($"job {key} was reopened from {Finals[key].State}");
            Finals.Remove(key);
            Retried++;
        }
        return Tell(router => router.Reopened(key, answer)).Code;
    }

    public void At(long micros, Action action) => _events.Enqueue(action, (Math.Max(micros, Now), _order++));

    /// <summary>A message between router and worker, with the link's faults.</summary>
    public void Deliver(Action action, bool inOrder = false)
    {
        if (Dice.NextDouble() < Loss)
            return;
        if (inOrder)
        {
            At(Now + Latency, action);
            return;
        }
        int copies = Dice.NextDouble() < Doubling ? 2 : 1;
        for (int i = 0; i < copies; i++)
            At(Now + Latency + (Dice.NextDouble() < Lateness ? Dice.Next(50_000) : 0), action);
    }

    /// <summary>Runs until the time, or until the condition holds; false: the time came first.</summary>
    public bool Run(long untilMicros, Func<bool>? until = null)
    {
        while (_events.TryPeek(out Action? action, out (long At, long Order) when) && when.At <= untilMicros)
        {
            _events.Dequeue();
            _clock.Pass(TimeSpan.FromMicroseconds(when.At - Now));
            Now = when.At;
            action();
            Watch?.Invoke();
            if (until?.Invoke() == true)
                return true;
        }
        _clock.Pass(TimeSpan.FromMicroseconds(Math.Max(0, untilMicros - Now)));
        Now = Math.Max(Now, untilMicros);
        return until?.Invoke() ?? true;
    }

    public bool RunUntilDone(long withinSeconds = 600) => Run(Now + withinSeconds * Moment.PerSecond, () => Finals.Count == Accepted.Count);

    /// <summary>The router's process ends and another starts on the same store. Workers say hello to it.</summary>
    /// <param name="sameProcess">It only registers anew, so membership tells the workers nothing.</param>
    public void RestartRouter(bool sameProcess = false)
    {
        _store.ReleaseAsync(Router.Incarnation, CancellationToken.None).AsTask().Wait();
        Restarts++;
        StartRouter();
        Router.AwaitWorkers(Workers.Where(w => w.Alive).Select(w => w.Name));
        OnRestart?.Invoke();
        foreach (VirtualWorker worker in Workers.Where(w => w.Alive && !sameProcess))
        {
            worker.Hear(core => core.RouterFound(0, Moment));
        }
    }

    public void FromWorker(VirtualWorker worker, WorkerReport report) => Deliver(() =>
    {
        Router.Now = Moment;
        if (!Router.WorkerReported(report))
            Welcome(worker);
        FlushSoon();
    });

    // A hello can get lost but never comes twice or late: it names no incarnation, so one that was sent to an earlier router and
    // reached a later one would tell of runs as they were. One connection keeps the order, and a new one says hello anew.
    public void FromWorker(VirtualWorker worker, WorkerHello hello) => Deliver(() =>
    {
        Router.Now = Moment;
        int row = Router.WorkerHello(hello);
        if (row >= 0)
        {
            _rows[row] = worker;
            Welcome(worker);
        }
        FlushSoon();
    }, inOrder: true);

    private readonly Dictionary<int, VirtualWorker> _rows = [];

    private void Welcome(VirtualWorker worker)
    {
        var welcome = new RouterWelcome(Router.Incarnation, "router", worker.Incarnation, 0);
        Deliver(() => worker.Hear(core => core.Welcomed(0, welcome, Moment)));
    }

    private void StartRouter()
    {
        var node = new NodeRow("router", "virtual", 0);
        long incarnation = _store.RegisterAsync(node, TimeSpan.FromDays(1), CancellationToken.None).AsTask().Result.Incarnation;
        Router = new Dispatcher(_options, incarnation, "router", (ulong)Dice.NextInt64(), _limits) { Now = Moment };
        Router.Claimed(_store.ClaimAsync(incarnation, CancellationToken.None).AsTask().Result);
        _rows.Clear();
        FlushSoon();
    }

    /// <summary>The commit that hung comes to its end after all.</summary>
    public void Answer(CommitResult result)
    {
        StoreHangs = false;
        Commit commit = _hanging!;
        _hanging = null;
        Tell(router => router.Committed(result == CommitResult.Done ? _store.CommitAsync(commit, CancellationToken.None).AsTask().Result : result));
    }

    private Commit? _hanging;

    private void FlushSoon()
    {
        if (_flushing)
            return;
        _flushing = true;
        At(Now, Flush);
    }

    private void Flush()
    {
        _flushing = false;
        bool again = true;
        while (again)
        {
            Router.Now = Moment;
            Router.Flush();
            again = AskStore();
            Speak();
            bool fenced = Router.Effects.Fenced;
            Router.Effects.Clear();
            if (fenced)
            {
                RestartRouter(sameProcess: true);
                return;
            }
        }
        if (Router.Inconsistency() is { } wrong)
            throw new InvalidOperationException(wrong);
        foreach (QueueRow row in _store.QueuesAsync(CancellationToken.None).AsTask().Result)
        {
            if (ChecksSteps && Router.OpenJobs(row.Name) is { } open && open != row.Ready + row.Later)
                throw new InvalidOperationException($"queue {row.Name}: {open} open jobs by the router, {row.Ready} + {row.Later} in the store");
        }
        long wake = Router.Effects.WakeAtMicros;
        if (wake >= _routerWake && _routerWake > Now)
            return;
        _routerWake = Math.Max(wake, Now + 1);
        At(_routerWake, () =>
        {
            _routerWake = long.MaxValue;
            FlushSoon();
        });
    }

    public List<(int Submitter, long Ticket)> Moved { get; } = [];

    public List<UnknownCommit> Unknown { get; } = [];

    private void Speak()
    {
        DispatchEffects effects = Router.Effects;
        foreach (SubmitAnswer answer in effects.Answers)
        {
            Answers.Add(answer);
            Order.AddRange(answer.Keys.Where(k => k >= 0 && Accepted.Add(k)));
        }
        Moved.AddRange(effects.Moved);
        if (effects.Unknown is { } unknown)
            Unknown.Add(unknown);
        foreach ((int _, FinishedJob job) in effects.Finished)
        {
            if (!JobTransitions.IsFinal(job.State))
                throw new InvalidOperationException($"job {job.Key} was told as final in state {job.State}");
            Finished.Add(job.Key, job);
        }
        foreach ((int row, AssignBatch batch) in effects.Sends)
        {
            if (_rows.TryGetValue(row, out VirtualWorker? worker))
                Deliver(() => worker.Hear(core => core.Assigned(0, batch, Moment)));
        }
        Notices.AddRange(effects.Notices);
        Steps.AddRange(effects.Steps);
    }
}
