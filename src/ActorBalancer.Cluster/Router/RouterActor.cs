using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Event;

namespace ActorBalancer.Cluster.Router;

/// <summary>
/// The actor of a router node: feeds the <see cref="RouterCore{TPeer}"/> with what gateways, workers, membership and metrics say, and is its
/// shell. It decides nothing. A turn ends when the mailbox has run dry: the first message of a turn puts a private Flush behind everything
/// that is already queued.
/// </summary>
internal sealed partial class RouterActor : UntypedActor, IWithTimers
{
    private const string WakeTimer = "wake";

    // Often enough that a job is seen within 100 ms of its transaction's commit, which nobody tells of.
    private static readonly TimeSpan s_inboxInterval = TimeSpan.FromMilliseconds(50);

    private readonly RouterSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RouterCore<IActorRef> _core;

    // The newest of each worker.
    private Dictionary<long, NodeSample> _samples = [];
    private bool _flushing;
    private long _wakeAt = long.MaxValue;

    // Something may have changed since the figures were shown. At first, that there are none.
    private bool _unshown = true;

    public RouterActor(RouterSettings settings)
    {
        _settings = settings;
        _core = new RouterCore<IActorRef>(
            new RouterSetup
            {
                Options = settings.Options,
                Limits = Limits(settings),
                Node = new NodeRow(settings.NodeName, Akka.Cluster.Cluster.Get(Context.System).SelfAddress.ToString(), settings.LifePort),
                Process = settings.ProcessIncarnation,
                Seed = settings.Seed,
                OwnKinds = settings.OwnKinds,
                OpensAtStart = settings.OpensAtStart,
            },
            this);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private Dispatcher? Dispatcher => _core.Dispatcher;

    public static Props Props(RouterSettings settings) => Akka.Actor.Props.Create(() => new RouterActor(settings));

    protected override void PreStart()
    {
        _settings.Membership.Tell(new IMembershipProtocol.Subscribe(Self));
        // Nobody can have a transaction in memory.
        if (_settings.Store is not MemoryJobStore)
            Timers.StartPeriodicTimer(nameof(LookIntoInbox), LookIntoInbox.Instance, s_inboxInterval);
        _core.Start();
        EndTurnSoon();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Flush: OnFlush(); return;
            case Reply reply: reply.Tell(); break;
            case WorkerReport report: _core.Report(report, Sender); break;
            case RunProgress progress: OnProgress(progress); return;
            case IGatewayProtocol.SubmitBatch submit: _core.Submit(Sender, submit.Ticket, submit.Jobs, submit.Notify); break;
            case WorkerHello hello: _core.Hello(hello, Sender); break;
            case RouterWelcome welcome: OnGreeted(welcome, Sender); return;
            case LookIntoInbox: _core.LookIntoInbox(); return;
            case IGatewayProtocol.WatchOwners: _core.WatchOwners(Sender); return;
            case IGatewayProtocol.Owners: _core.LookNow(); break;
            case IGatewayProtocol question: OnQuestion(question, Sender); break;
            case IRouterProtocol.Release: OnRelease(Sender); return;
            case Terminated gone: _core.GatewayGone(gone.ActorRef); break;
            case IMembershipProtocol member when News(member) is { } news: _core.Member(news); break;
            case Weights weights: _core.WeightsChanged(weights); break;
            case IMetricsProtocol.Samples samples: _samples = samples.Nodes.ToDictionary(n => n.WorkerIncarnation); return;
            default: Unhandled(message); return;
        }
        _unshown = true;
        EndTurnSoon();
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
        if (Dispatcher is { } dispatcher)
            dispatcher.TellsSteps = _settings.PublishesEvents || _settings.Board.Events.IsListening;
        long due = _core.Flush();
        _settings.Board.IsRegistered = _core.IsRegistered;
        WakeAt(Math.Min(ShowFigures(), due));
    }

    private void WakeAt(long micros)
    {
        // An earlier wake that is already set does: it ends in a flush, which sets the next.
        if (_wakeAt <= micros && Timers.IsTimerActive(WakeTimer))
            return;
        _wakeAt = micros;
        long wait = Math.Max(1_000, micros - Now.Micros);
        Timers.StartSingleTimer(WakeTimer, Flush.Instance, TimeSpan.FromMicroseconds(wait));
    }

    private void OnGreeted(RouterWelcome welcome, IActorRef sender)
    {
        _core.Greeted(welcome);
        if (welcome.LifePort > 0)
            _settings.Membership.Tell(new IMembershipProtocol.LifePortKnown(AddressOf(sender), welcome.ProcessIncarnation, welcome.LifePort));
    }

    private void OnRelease(IActorRef sender)
    {
        _settings.Board.IsRegistered = false;
        _core.Release(() => sender.Tell(IRouterProtocol.Released.Instance));
    }

    /// <summary>A durable store keeps what waits; the memory store has it in this process anyway, so that it must be bounded.</summary>
    private static DispatchLimits Limits(RouterSettings settings) => settings.Store is MemoryJobStore
        ? DispatchLimits.Memory(settings.Options.Memory.MaxWaiting)
        : DispatchLimits.Durable with { ReservesInMemory = settings.Options.Store == Options.StoreNames.Sqlite };

    private static NodeNews? News(IMembershipProtocol member) => member switch
    {
        IMembershipProtocol.NodeJoined m => new NodeNews(NodeChange.Joined, m.Node.ToString(), m.Uid) { IsWorker = m.IsWorker },
        IMembershipProtocol.NodeUnreachable m => new NodeNews(NodeChange.Unreachable, m.Node.ToString(), m.Uid),
        IMembershipProtocol.NodeDowned m => new NodeNews(NodeChange.Downed, m.Node.ToString(), m.Uid),
        IMembershipProtocol.NodeReachable m => new NodeNews(NodeChange.Reachable, m.Node.ToString(), m.Uid),
        IMembershipProtocol.NodeLeaving m => new NodeNews(NodeChange.Leaving, m.Node.ToString(), m.Uid),
        IMembershipProtocol.NodeRemoved m => new NodeNews(NodeChange.Removed, m.Node.ToString(), m.Uid),
        IMembershipProtocol.NodeDisconnected m => new NodeNews(NodeChange.Disconnected, m.Node.ToString(), 0),
        IMembershipProtocol.ProcessGone m => new NodeNews(NodeChange.Gone, m.Node.ToString(), 0) { Process = m.Incarnation, Evidence = m.Evidence },
        _ => null,
    };

    private static Address AddressOf(IActorRef actor) =>
        actor.Path.Address.HasGlobalScope ? actor.Path.Address : Akka.Cluster.Cluster.Get(Context.System).SelfAddress;

    private sealed record Flush
    {
        public static Flush Instance { get; } = new();
    }

    private sealed record LookIntoInbox
    {
        public static LookIntoInbox Instance { get; } = new();
    }

    /// <summary>A store's late answer, on its way to whoever asked.</summary>
    private sealed record Reply(Action Tell);
}
