using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Ownership;
using ActorBalancer.Work;

namespace ActorBalancer.Routers;

/// <summary>
/// A router node without its actor: feeds the <see cref="Dispatcher"/>, the registration and the takeover with what gateways, workers,
/// membership and the store say, and carries their effects out through a shell. The actor and the simulator drive this very class. After
/// anything that it is told, the shell ends its turn with a <see cref="Flush"/>, when nothing more is waiting.
/// </summary>
internal sealed partial class RouterCore<TPeer>
    where TPeer : class
{
    private readonly IRouterShell<TPeer> _shell;
    private readonly RouterSetup _setup;
    private readonly OwnershipCore _ownership;
    private readonly TakeoverCore _takeover;
    private readonly Strangers _strangers = new();
    private readonly List<Early> _early = [];
    private WorkerRows<TPeer> _workers = new();

    // Of the last incarnation: who is awaited, until it says hello or is gone.
    private WorkerRows<TPeer> _former = new();
    private Dispatcher? _dispatcher;
    private bool _released;

    // The highest number of a hello, by worker incarnation.
    private readonly Dictionary<long, long> _hellos = [];

    // See RouterWelcome.Round.
    private long _round;

    public RouterCore(RouterSetup setup, IRouterShell<TPeer> shell)
    {
        _setup = setup;
        _shell = shell;
        _ownership = new OwnershipCore((long)setup.Options.Router.LeaseTime.TotalMicroseconds);
        _takeover = new TakeoverCore(setup.Node.Name);
    }

    /// <summary>Null: it is not registered.</summary>
    public Dispatcher? Dispatcher => _dispatcher;

    public WorkerRows<TPeer> Workers => _workers;

    /// <summary>It is registered, and its lease holds.</summary>
    public bool IsRegistered { get; private set; }

    /// <summary>The last commit found no store.</summary>
    public bool IsStoreAway { get; private set; }

    /// <summary>Registers for the first time.</summary>
    public void Start() => Own();

    /// <summary>The dispatcher with its clock set: every event goes in through here. Only while it is registered.</summary>
    public Dispatcher Turn()
    {
        _dispatcher!.Now = _shell.Now;
        return _dispatcher;
    }

    /// <summary>Ends a turn: does what is wanted by now. When the next flush is due at the latest, monotonic.</summary>
    public long Flush()
    {
        Own();
        CarryOut();
        return Math.Min(
            Math.Min(KeepDeadlines(), _takeover.WakeAtMicros),
            Math.Min(_ownership.WakeAtMicros, _dispatcher?.Effects.WakeAtMicros ?? long.MaxValue));
    }

    /// <summary>From the metrics actor.</summary>
    public void WeightsChanged(Weights weights) => _dispatcher?.WeightsChanged(weights);

    public void Report(WorkerReport report, TPeer worker)
    {
        // A report says all of the last one again, and a hello follows where one is needed.
        if (_dispatcher is null)
            return;
        if (!Turn().WorkerReported(report) && _strangers.MayAnswer(report.WorkerIncarnation, _dispatcher.Now))
        {
            // A link of a former incarnation of ours: the welcome names the present one, and the worker says hello to it.
            _shell.Welcome(worker, Welcome(report.WorkerIncarnation));
        }
    }

    public void Hello(WorkerHello hello, TPeer worker)
    {
        if (_dispatcher is null)
        {
            // Said every second until it is answered; only the last one is true.
            _early.RemoveAll(e => worker.Equals(e.Worker));
            _early.Add(new Early(() => Hello(hello, worker), Refuse: null) { Worker = worker });
            return;
        }
        Dispatcher dispatcher = Turn();
        string node = _shell.NodeOf(worker);
        long seen = _hellos.GetValueOrDefault(hello.WorkerIncarnation);
        if (hello.Number > 0 && hello.Number <= seen && _workers.All.Any(w => w.Incarnation == hello.WorkerIncarnation))
        {
            // It came late, or twice.
            _shell.Welcome(worker, Welcome(hello.WorkerIncarnation));
            return;
        }
        _hellos[hello.WorkerIncarnation] = Math.Max(seen, hello.Number);
        bool isCurrent = hello.Number == 0 || (hello.HeardIncarnation == dispatcher.Incarnation && hello.HeardRound >= _round && hello.Number > seen);
        int row = dispatcher.WorkerHello(hello, isCurrent);
        if (row < 0)
        {
            // No answer: its contact lease runs out, and it ends what the newer process now runs.
            if (_strangers.IsNewDouble(hello.Name))
                _shell.News(RouterNews.TwoProcesses, $"{hello.Name} (the older at {node})", hello.WorkerIncarnation);
            return;
        }
        _strangers.Known(hello.WorkerIncarnation);
        _workers.Set(row, new(worker, hello.WorkerIncarnation, hello.Name, node, node == _setup.Node.Address));
        if (isCurrent)
        {
            _awaited.Remove(hello.Name);
            HeardOf(node);
        }
        else if (_awaited.Contains(WholeCluster) && _awaited.Add(hello.Name))
            dispatcher.AwaitWorkers([hello.Name], again: true);
        DrainAgain(dispatcher, hello.Name, hello.WorkerIncarnation);
        _shell.Joined(worker, hello);
        _shell.Welcome(worker, Welcome(hello.WorkerIncarnation));
    }

    private RouterWelcome Welcome(long worker) => new(_dispatcher!.Incarnation, _setup.Node.Name, worker, _setup.Node.LifePort)
    {
        ProcessIncarnation = _setup.Process,
        Queues = _dispatcher.OwnedQueues,
        Round = _round,
        HelloSeen = _hellos.GetValueOrDefault(worker),
    };

    private void Speak(DispatchEffects effects)
    {
        TellMoved(effects);
        foreach (SubmitAnswer answer in effects.Answers)
            TellAnswer(answer);
        foreach ((int submitter, long ticket, int index, long key) in effects.Watches)
            WatchOne(submitter, ticket, index, key);
        // Before the workers hear that their outcomes are stored: a worker that drains is done then, and its node stops its gateway.
        TellFinished(effects.Finished);
        foreach ((int row, AssignBatch batch) in effects.Sends)
        {
            if (_workers[row] is { } worker)
                _shell.Assign(worker.Peer, batch);
        }
        foreach (int row in effects.Welcomes)
        {
            if (_workers[row] is { } worker)
                _shell.Welcome(worker.Peer, Welcome(worker.Incarnation));
        }
        foreach (DispatchNotice notice in effects.Notices)
        {
            if (notice.Kind is NoticeKind.StoreAway or NoticeKind.StoreBack)
                IsStoreAway = notice.Kind == NoticeKind.StoreAway;
            _shell.Notice(notice);
        }
        foreach (JobStep step in effects.Steps)
            _shell.Step(step);
        foreach (long worker in effects.Gone)
        {
            _workers.Remove(worker);
            _shell.Left(worker);
        }
    }

    /// <summary>What came while no incarnation of this router could take it: said again to the next one, or refused when that takes too long.</summary>
    /// <param name="Again">Says it again.</param>
    /// <param name="Refuse">Null: nobody waits for an answer, so it is kept.</param>
    private readonly record struct Early(Action Again, Action? Refuse)
    {
        /// <summary>Of a hello: who said it.</summary>
        public TPeer? Worker { get; init; }
    }
}
