using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Testing;

/// <summary>
/// The production machines of one router and its workers over the production memory store, joined by calls instead of a network, and driven by
/// whoever holds the gate. It calls no handler: which ones are to be called or cancelled is collected for the balancer.
/// </summary>
internal sealed partial class MachineRoom : IDisposable
{
    // Where nothing gets lost there is nothing to repeat: the machines say what is new, and wake only for what is due.
    private static readonly TimeSpan s_never = TimeSpan.FromDays(36_500);

    private readonly NodeSettings _settings;
    private readonly VirtualClock _clock;
    private readonly Action _changed;
    private readonly RouterCore<TestPeer> _router;
    private readonly MemoryJobStore _store;
    private readonly TestPeer _client = new("client");
    private readonly Queue<Action> _mail = new();
    private readonly List<TestWorker> _workers = [];
    private readonly Dictionary<string, int> _crashes = new(StringComparer.Ordinal);
    private readonly ILogger _log;
    private long _lastIncarnation = 1_000;
    private bool _pumping;

    public MachineRoom(NodeSettings settings, VirtualClock clock, ulong seed, Action changed)
    {
        BalancerOptions options = settings.Options;
        _settings = settings with
        {
            Options = options with
            {
                Router = options.Router with { LeaseTime = s_never, StateInterval = s_never },
                Worker = options.Worker with { ContactLease = s_never, NoRouterExit = s_never, ReportInterval = s_never },
            },
        };
        _clock = clock;
        _changed = changed;
        _log = settings.Logs.CreateLogger("ActorBalancer.Jobs");
        // Its own clock stands still, so that it keeps all that has ever finished.
        _store = new MemoryJobStore(new VirtualClock(clock.GetUtcNow()), options.Memory, options.Limits.Queues);
        _router = new RouterCore<TestPeer>(
            new RouterSetup
            {
                Options = _settings.Options,
                Limits = DispatchLimits.Memory(options.Memory.MaxWaiting),
                Node = new NodeRow("router", "akka.tcp://test@router:1", 0),
                Process = 1,
                Seed = seed,
                OwnKinds = settings.Handlers.Kinds,
            },
            this);
        settings.Handlers.Actors.CannotStart("A job's handler is an actor, and TestBalancer has no ActorSystem: test the actor by Akka's TestKit, or register a lambda in its place.");
        _router.Start();
        _router.Dispatcher!.TellsSteps = true;
    }

    public Lock Gate { get; } = new();

    /// <summary>Handlers to call, in the order in which their slots got them.</summary>
    public Queue<TestRun> Starts { get; } = new();

    public Queue<JobContext> Cancels { get; } = new();

    public Moment Now => _clock.Now;

    /// <summary>When the machines have something to do by themselves; <see cref="long.MaxValue"/>: never.</summary>
    public long WakeAt
    {
        get
        {
            long wake = _workers.Select(w => w.WakeAt).Append(_router.Dispatcher!.Effects.WakeAtMicros).Min();
            // What is due now was done; whoever still asks for it waits a moment, as a real timer would make it.
            return wake >= (long)s_never.TotalMicroseconds / 2 ? long.MaxValue : Math.Max(wake, Now.Micros + Moment.PerMillisecond);
        }
    }

    public IEnumerable<TestRun> Runs => _workers.SelectMany(w => w.Runs);

    public TestWorker? Find(string worker) => _workers.Find(w => w.Name == worker);

    /// <summary>Does all that is due now.</summary>
    public void Wake()
    {
        foreach (TestWorker worker in _workers.ToArray())
            worker.Tick();
        Pump();
    }

    public void AddWorker(string name, int slots)
    {
        WorkerOptions options = _settings.Options.Worker with { Slots = slots };
        var worker = new TestWorker(this, name, options, _settings.Handlers.Kinds, ++_lastIncarnation);
        _workers.Add(worker);
        _router.Member(News(NodeChange.Joined, worker));
        worker.Join();
        Pump();
    }

    /// <summary>Its process ends without a word, and the router has proof of it.</summary>
    public void Lose(TestWorker worker, bool restart)
    {
        if (!_workers.Remove(worker))
            return;
        foreach (TestRun run in worker.Runs)
            Cancels.Enqueue(run.Job);
        worker.Lose();
        _router.Member(News(NodeChange.Gone, worker));
        _router.Member(News(NodeChange.Removed, worker));
        if (restart)
            AddWorker(worker.Name, worker.Options.Slots);
        Pump();
    }

    public void Restart(TestWorker worker) => _mail.Enqueue(() => Lose(worker, restart: true));

    /// <summary>The next attempts at that kind end their workers.</summary>
    public void CrashNext(string kind, int times) => _crashes[kind] = _crashes.GetValueOrDefault(kind) + times;

    public TestRun Make(TestWorker worker, in StartedRun start)
    {
        TestRun run = new(_changed) { Job = null!, Kind = start.Job.Kind, Payload = start.Job.Payload, Worker = worker, Slot = start.Slot };
        run.Job = Context(start.Token, start.Job, worker.Name, run);
        return run;
    }

    public JobContext Context(in RunToken token, in AssignedJob job, string worker, TestRun run) => new(token, job, _settings.Services, _log, new JobSurroundings
    {
        WorkerName = worker,
        Clock = _clock,
        Json = _settings.Json,
        PayloadLimit = _settings.Options.Limits.Payload,
        ResultLimit = _settings.Options.Limits.Result,
        Transactions = _ => new TestTransactions(run),
    });

    public void Begin(TestRun run)
    {
        if (_crashes.GetValueOrDefault(run.Kind) is > 0 and int left)
        {
            _crashes[run.Kind] = left - 1;
            Restart(run.Worker!);
            return;
        }
        Starts.Enqueue(run);
    }

    public void Cancel(TestRun run) => Cancels.Enqueue(run.Job);

    public void Hello(WorkerHello hello, TestWorker worker) => _mail.Enqueue(() => IfThere(worker, () => _router.Hello(hello, worker)));

    public void Report(WorkerReport report, TestWorker worker) => _mail.Enqueue(() => IfThere(worker, () => _router.Report(report, worker)));

    public void End(TestRun run, in RunEnd end)
    {
        if (run.Worker!.End(run, end))
            Pump();
    }

    /// <summary>The memory goes with the object.</summary>
    public void Dispose() => _store.DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Carries on until nobody has anything more to say at this moment.</summary>
    private void Pump()
    {
        if (_pumping)
            return;
        _pumping = true;
        try
        {
            do
            {
                while (_mail.TryDequeue(out Action? message))
                    message();
                _router.Flush();
            }
            while (_mail.Count > 0);
        }
        finally
        {
            _pumping = false;
        }
    }

    private static void IfThere(TestWorker worker, Action action)
    {
        if (!worker.IsLost)
            action();
    }

    private static NodeNews News(NodeChange change, TestWorker worker) =>
        new(change, worker.Node, (int)worker.Incarnation) { IsWorker = true, Process = worker.Incarnation, Evidence = "the test ended it" };
}
