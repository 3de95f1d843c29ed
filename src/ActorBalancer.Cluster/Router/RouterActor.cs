using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Event;

namespace ActorBalancer.Cluster.Router;

/// <summary>
/// The shell of a router node: feeds the <see cref="Dispatcher"/> with what gateways, workers, membership and metrics say,
/// and carries out its effects. It decides nothing. A turn ends when the mailbox has run dry: the first message of a
/// turn puts a private Flush behind everything that is already queued.
/// </summary>
internal sealed partial class RouterActor : UntypedActor, IWithTimers
{
    private const string WakeTimer = "wake";

    private readonly RouterSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly OwnershipCore _ownership;
    private readonly Submitters _submitters = new();
    private readonly Strangers _strangers = new();
    private WorkerRows _workers = new();
    // Of the last incarnation: who is awaited, until it says hello or is gone.
    private WorkerRows _former = new();
    private readonly List<(object Message, IActorRef Sender)> _early = [];

    // The newest of each worker.
    private Dictionary<long, NodeSample> _samples = [];

    private Dispatcher? _dispatcher;
    private bool _flushing;
    private bool _released;
    private long _wakeAt = long.MaxValue;

    // Something may have changed since the figures were shown. At first, that there are none.
    private bool _unshown = true;

    public RouterActor(RouterSettings settings)
    {
        _settings = settings;
        _ownership = new OwnershipCore((long)settings.Options.Router.LeaseTime.TotalMicroseconds);
        _takeover = new TakeoverCore(settings.NodeName);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RouterSettings settings) => Akka.Actor.Props.Create(() => new RouterActor(settings));

    protected override void PreStart()
    {
        _settings.Membership.Tell(new IMembershipProtocol.Subscribe(Self));
        WatchInbox();
        Own();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Flush: OnFlush(); return;
            case RegisterAnswer answer: OnRegistered(answer.Registration, answer.Sent); return;
            case RenewAnswer answer: OnRenewed(answer.Prolonged, answer.Sent); return;
            case ReleaseAnswer answer: OnReleased(answer.Asker); return;
            case RouterWelcome welcome: OnGreeted(welcome, Sender); return;
            case LookIntoInbox: LookAtInbox(); return;
            case IGatewayProtocol.WatchOwners: OnWatchOwners(Sender); return;
            case IGatewayProtocol.Owners: _takeover.LookNow(); break;
            case IGatewayProtocol question when _released: Sender.Tell(new IGatewayProtocol.Moved(question.Ticket)); return;
            case IRouterProtocol.Release: OnRelease(Sender); return;
            case Terminated gone: OnTerminated(gone.ActorRef); break;
            case IMembershipProtocol member when IsOfPredecessor(member): return;
            case IMembershipProtocol member:
                OnNode(member);
                if (_dispatcher is not null)
                    OnMember(member);
                else
                    _early.Add((new Later(member), Self));
                break;
            case Later later: OnMember(later.Member); break;
            case Weights weights when _dispatcher is not null: _dispatcher.WeightsChanged(weights); break;
            case Weights: return;
            case IMetricsProtocol.Samples samples: _samples = samples.Nodes.ToDictionary(n => n.WorkerIncarnation); return;
            case WorkerHello or WorkerReport or IGatewayProtocol when _dispatcher is null:
                OnEarly(message, Sender);
                EndTurnSoon();
                return;
            case WorkerReport report: OnReport(report, Sender); break;
            case IGatewayProtocol.SubmitBatch submit: OnSubmit(submit, Sender); break;
            case WorkerHello hello: OnHello(hello, Sender); break;
            case IGatewayProtocol question: OnQuestion(question, Sender); break;
            case Answer answer: OnAnswer(answer); break;
            case CommitAnswer answer: OnCommitted(answer); break;
            case Reply reply: reply.Tell(); break;
            default: Unhandled(message); return;
        }
        _unshown = true;
        EndTurnSoon();
    }

    private Moment Now() => new(
        _settings.Clock.GetElapsedTime(0, _settings.Clock.GetTimestamp()).Ticks / TimeSpan.TicksPerMicrosecond,
        _settings.Clock.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>The dispatcher with its clock set: every event goes in through here.</summary>
    private Dispatcher Turn()
    {
        _dispatcher!.Now = Now();
        return _dispatcher;
    }

    private void EndTurnSoon()
    {
        if (_flushing)
            return;
        _flushing = true;
        Self.Tell(Flush.Instance);
    }

    private void OnFlush()
    {
        _flushing = false;
        Own();
        if (_dispatcher is not null)
        {
            _dispatcher.TellsSteps = _settings.Board.Events.IsListening;
            CarryOut();
        }
        WakeAt(Math.Min(Math.Min(Math.Min(ShowFigures(), KeepDeadlines()), _takeover.WakeAtMicros), Math.Min(_ownership.WakeAtMicros, _dispatcher?.Effects.WakeAtMicros ?? long.MaxValue)));
    }

    private void WakeAt(long micros)
    {
        // An earlier wake that is already set does: it ends in a flush, which sets the next.
        if (_wakeAt <= micros && Timers.IsTimerActive(WakeTimer))
            return;
        _wakeAt = micros;
        long wait = Math.Max(1_000, micros - Now().Micros);
        Timers.StartSingleTimer(WakeTimer, Flush.Instance, TimeSpan.FromMicroseconds(wait));
    }

    private void OnAnswer(Answer answer)
    {
        // What an earlier incarnation asked for concerns nobody any more.
        if (ReferenceEquals(answer.Asker, _dispatcher))
            answer.Tell(Turn());
    }

    private void OnCommitted(CommitAnswer answer)
    {
        Dispatcher asker = answer.Asker;
        asker.Now = Now();
        asker.Committed(answer.Result);
        Keep(answer.Result);
        if (asker == _dispatcher)
            return;
        // It was fenced while the commit was on its way. What the commit stored is stored, and nobody else can tell its callers.
        TellMoved(asker.Effects);
        foreach (SubmitAnswer told in asker.Effects.Answers)
            TellAnswer(told);
        if (asker.Effects.Finished.Count > 0)
            TellFinished(asker.Effects.Finished);
        if (asker.Effects.Unknown is { } unknown)
            _unknown.Add(unknown);
        asker.Effects.Clear();
    }

    private void OnReport(WorkerReport report, IActorRef sender)
    {
        if (!Turn().WorkerReported(report) && _strangers.MayAnswer(report.WorkerIncarnation, _dispatcher!.Now))
        {
            // A link of a former incarnation of ours: the welcome names the present one, and the worker says hello to it.
            sender.Tell(Welcome(report.WorkerIncarnation));
        }
    }

    private void OnHello(WorkerHello hello, IActorRef sender)
    {
        Dispatcher dispatcher = Turn();
        int row = dispatcher.WorkerHello(hello);
        if (row < 0)
        {
            // No answer: its contact lease runs out, and it ends what the newer process now runs.
            if (_strangers.IsNewDouble(hello.Name))
                Log.TwoProcesses(_log, hello.Name, NodeOf(sender));
            return;
        }
        _strangers.Known(hello.WorkerIncarnation);
        _workers.Set(row, sender, hello.WorkerIncarnation, hello.Name);
        _awaited.Remove(hello.Name);
        HeardOf(NodeOf(sender).ToString());
        DrainAgain(dispatcher, hello.Name, hello.WorkerIncarnation);
        if (hello.LifePort > 0)
            _settings.Membership.Tell(new IMembershipProtocol.LifePortKnown(NodeOf(sender), hello.WorkerIncarnation, hello.LifePort));
        _settings.Metrics.Tell(new IMetricsProtocol.WorkerKnown(hello.WorkerIncarnation, hello.Name, hello.Weight));
        sender.Tell(Welcome(hello.WorkerIncarnation));
    }

    private RouterWelcome Welcome(long worker) => new(_dispatcher!.Incarnation, _settings.NodeName, worker, _settings.LifePort)
    {
        ProcessIncarnation = _settings.ProcessIncarnation,
        Queues = _dispatcher.OwnedQueues,
    };

    private void OnSubmit(IGatewayProtocol.SubmitBatch submit, IActorRef sender)
    {
        if (Array.Exists(submit.Jobs.Queues, IsElsewhere))
            sender.Tell(new IGatewayProtocol.Moved(submit.Ticket));
        else
        {
            int submitter = SubmitterOf(sender);
            _desk.Add(submitter, submit.Ticket, submit.Jobs.Count, Now().Micros);
            Turn().Submitted(submitter, submit.Ticket, submit.Jobs, submit.Notify);
        }
    }

    private int SubmitterOf(IActorRef sender)
    {
        if (_submitters.TryFind(sender, out int submitter))
            return submitter;
        Context.Watch(sender);
        return _submitters.Add(sender);
    }

    private void OnTerminated(IActorRef gateway)
    {
        if (_submitters.TryFind(gateway, out int submitter))
        {
            _dispatcher?.SubmitterGone(submitter);
            _submitters.Remove(gateway);
        }
    }

    private void OnMember(IMembershipProtocol member)
    {
        Dispatcher dispatcher = Turn();
        switch (member)
        {
            case IMembershipProtocol.ProcessGone gone:
                dispatcher.WorkerGone(gone.Incarnation, gone.Evidence);
                AwaitNoMore(dispatcher, [gone.Incarnation]);
                break;
            case IMembershipProtocol.NodeUnreachable node: Each(node.Node, dispatcher.WorkerSilent); break;
            case IMembershipProtocol.NodeDisconnected node: Each(node.Node, dispatcher.WorkerSilent); break;
            case IMembershipProtocol.NodeReachable node: Each(node.Node, dispatcher.WorkerReachable); break;
            case IMembershipProtocol.NodeLeaving node: Each(node.Node, dispatcher.WorkerLeaving); break;
            // As good as removed: the cluster takes it back no more, so that only the silence counts (rule 8).
            case IMembershipProtocol.NodeDowned node: Each(node.Node, dispatcher.WorkerRemoved); break;
            case IMembershipProtocol.NodeRemoved node:
                Each(node.Node, dispatcher.WorkerRemoved);
                AwaitNoMore(dispatcher, _former.At(node.Node));
                break;
        }
    }

    private void AwaitNoMore(Dispatcher dispatcher, long[] workers)
    {
        foreach (long worker in workers)
        {
            if (_former.Remove(worker) is { } name)
                dispatcher.HeardOf(name);
        }
    }

    private void Each(Address node, Action<long> tell)
    {
        foreach (long incarnation in _workers.At(node))
            tell(incarnation);
    }

    private void Forget(long worker)
    {
        _workers.Remove(worker);
        _settings.Metrics.Tell(new IMetricsProtocol.WorkerForgotten(worker));
    }

    private static Address NodeOf(IActorRef actor) =>
        actor.Path.Address.HasGlobalScope ? actor.Path.Address : Akka.Cluster.Cluster.Get(Context.System).SelfAddress;
}
