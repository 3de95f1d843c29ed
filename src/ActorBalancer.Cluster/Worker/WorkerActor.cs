using ActorBalancer.Cluster.Membership;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Event;
using static ActorBalancer.Cluster.Worker.IWorkerProtocol;

namespace ActorBalancer.Cluster.Worker;

/// <summary>
/// The worker of this node, at <c>/user/actorbalancer/worker</c>: brings the machine what routers and membership say and
/// wakes it. Handlers run in the slots of its <see cref="WorkerEngine"/>, never here.
/// </summary>
internal sealed class WorkerActor : UntypedActor, IWithTimers
{
    private const string RouterPath = "/user/actorbalancer/router";

    // Often enough for eyes.
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(250);

    private readonly WorkerEngine _engine;
    private readonly IActorRef _membership;
    private readonly TimeSpan _noRouterExit;
    private readonly string _routerPath;
    private readonly Dictionary<Address, KnownRouter> _routers;
    private readonly List<IActorRef> _drainers = [];
    private readonly Address _self = ((ExtendedActorSystem)Context.System).Provider.DefaultAddress;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public WorkerActor(WorkerEngine engine, IActorRef membership, TimeSpan noRouterExit, string routerPath)
    {
        _engine = engine;
        _routers = engine.Routers;
        _membership = membership;
        _noRouterExit = noRouterExit;
        _routerPath = routerPath;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="engine">One for the life of the process; a restarted actor goes on with it.</param>
    /// <param name="membership">Told of life ports; subscribed to.</param>
    /// <param name="noRouterExit">Only named in what the parent hears.</param>
    /// <param name="routerPath">Where routers live on their node.</param>
    public static Props Props(WorkerEngine engine, IActorRef membership, TimeSpan noRouterExit, string routerPath = RouterPath) =>
        Akka.Actor.Props.Create(() => new WorkerActor(engine, membership, noRouterExit, routerPath));

    protected override void PreStart()
    {
        _engine.Attach(Self);
        // What was said while a former actor ended.
        _engine.TellProgress();
        _membership.Tell(new IMembershipProtocol.Subscribe(Self));
    }

    // A restart goes on with the running jobs; only the end of the actor ends them.
    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override void PostStop() => _engine.Stop();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AssignBatch m: _engine.Assigned(RouterAt(Sender).Route, Sender, m); break;
            case RouterWelcome m: OnWelcome(m, Sender); break;
            case WorkerEngine.EngineWake m: Timers.StartSingleTimer(nameof(_engine.Tick), Woken.Instance, _engine.Until(m.AtMicros)); break;
            case Woken: _engine.Tick(); break;
            case WorkerEngine.ProgressMade: Timers.StartSingleTimer(nameof(TellProgress), TellProgress.Instance, s_progressInterval); break;
            case TellProgress: _engine.TellProgress(); break;
            case IMembershipProtocol.NodeJoined { IsRouter: true } m: OnRouter(m.Node, m.Uid); break;
            case IMembershipProtocol.NodeUnreachable m: OnSuspect(m.Node, m.Uid); break;
            case IMembershipProtocol.NodeDisconnected m: OnSuspect(m.Node, null); break;
            case IMembershipProtocol.NodeReachable m: OnReachable(m.Node, m.Uid); break;
            case IMembershipProtocol.NodeRemoved m: OnRemoved(m.Node, m.Uid); break;
            case IMembershipProtocol.ProcessGone m: OnGone(m.Node, m.Incarnation); break;
            case IMembershipProtocol: break; // Of other workers, or what the contact lease covers.
            case Drain m: OnDrain(m, Sender); break;
            case WorkerEngine.EngineNews m: OnNews(m); break;
            default:
                _log.Warning("Worker actor got a message of unexpected type {Type}", message.GetType());
                Unhandled(message);
                break;
        }
    }

    private void OnRouter(Address node, int uid)
    {
        KnownRouter router = RouterAt(node);
        router.Joined(uid);
        Greet(node, router);
    }

    private void OnSuspect(Address node, int? uid)
    {
        if (_routers.TryGetValue(node, out KnownRouter? router))
            router.Suspected(uid);
    }

    private void OnReachable(Address node, int uid)
    {
        if (_routers.TryGetValue(node, out KnownRouter? router) && router.Reached(uid))
            Greet(node, router);
    }

    private void OnRemoved(Address node, int uid)
    {
        // A process that restarted on its address is there before the old one is removed.
        if (_routers.TryGetValue(node, out KnownRouter? router) && router.Uid == uid)
            Lose(node, router);
    }

    private void OnGone(Address node, long incarnation)
    {
        if (_routers.TryGetValue(node, out KnownRouter? router) && router.Process == incarnation)
            Lose(node, router);
    }

    private void OnWelcome(RouterWelcome welcome, IActorRef sender)
    {
        KnownRouter router = RouterAt(sender);
        if (welcome.RouterIncarnation < router.Incarnation)
            return;
        router.Incarnation = welcome.RouterIncarnation;
        router.Welcomed(welcome.ProcessIncarnation);
        _engine.Welcomed(router.Route, sender, welcome);
        if (welcome.LifePort != 0)
            _membership.Tell(new IMembershipProtocol.LifePortKnown(AddressOf(sender), welcome.ProcessIncarnation, welcome.LifePort));
        _log.Info("Welcomed by router {Router}, incarnation {Incarnation}", welcome.RouterName, welcome.RouterIncarnation);
    }

    private void OnDrain(Drain drain, IActorRef asker)
    {
        if (_engine.IsDrained)
        {
            asker.Tell(Drained.Instance);
            return;
        }
        _drainers.Add(asker);
        _engine.Drain(drain.Within);
    }

    private void OnNews(WorkerEngine.EngineNews news)
    {
        if (news.RestartWanted)
            _log.Warning("Half the slots are lost to handlers that ignored their cancellation; draining, then a restart is needed");
        if (news.NoRouter)
        {
            _log.Warning("No router for {Time}", _noRouterExit);
            Context.Parent.Tell(new NoRouterSeen(_noRouterExit));
        }
        if (!news.Drained)
            return;
        // Only now: the parent stops the node at once, and with it what still ran in the healthy slots. A node whose end was
        // asked for meanwhile stops anyway.
        if (_engine.WantsRestart && _drainers.Count == 0)
            Context.Parent.Tell(new RestartRequested("half the slots are lost to handlers that ignored their cancellation"));
        foreach (IActorRef asker in _drainers)
            asker.Tell(Drained.Instance);
        _drainers.Clear();
    }

    private void Greet(Address node, KnownRouter router) => _engine.RouterFound(router.Route, Selection(node));

    private void Lose(Address node, KnownRouter router)
    {
        // A process that starts there again answers before the cluster has removed the old one, whose removal says nothing of it.
        router.Lost();
        _engine.RouterLost(router.Route, Selection(node));
    }

    private ActorSelection Selection(Address node) => Context.ActorSelection(new RootActorPath(node) + _routerPath);

    private KnownRouter RouterAt(IActorRef sender) => RouterAt(AddressOf(sender));

    private KnownRouter RouterAt(Address node)
    {
        if (!_routers.TryGetValue(node, out KnownRouter? router))
            _routers.Add(node, router = new KnownRouter(_routers.Count));
        return router;
    }

    private Address AddressOf(IActorRef sender) => sender.Path.Address.HasLocalScope ? _self : sender.Path.Address;

    private sealed class TellProgress
    {
        public static TellProgress Instance { get; } = new();
    }

    private sealed class Woken
    {
        public static Woken Instance { get; } = new();
    }
}
