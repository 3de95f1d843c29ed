using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Cluster.Router;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Options;
using Akka.Actor;
using Akka.Event;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>
/// The root of a node's actors, <c>/user/actorbalancer</c>, and the list of them. It starts them in order, and ends them all
/// when one that the others cannot do without ends, or says that the node cannot work.
/// </summary>
/// <remarks>
/// Only the worker actor is started again after a crash: its machine lives outside it. The others hold the truth about
/// jobs in flight and about who listens; started again with nothing they would lose it without a word, so they are not.
/// The metrics actor decides weights and nothing else: it goes on after a fault with what it has learned, and without it the router goes on with the
/// weights that it has, until they expire.
/// </remarks>
internal sealed class BalancerActor(TreeSettings settings) : UntypedActor
{
    public const string Name = "actorbalancer";
    private const string Metrics = "metrics";
    private const int WorkerRestarts = 3;

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private bool _isOver;

    public static Props Props(TreeSettings settings) => Akka.Actor.Props.Create(() => new BalancerActor(settings));

    protected override void PreStart()
    {
        try
        {
            settings.Started.SetResult(StartAll());
        }
        catch (Exception fault)
        {
            settings.Started.TrySetException(fault);
            throw;
        }
    }

    private BalancerTree StartAll()
    {
        BalancerOptions options = settings.Options;
        TimeProvider clock = settings.Clock;

        // The whole tree. The life port is open before any of it.
        IActorRef membership = Start("membership", MembershipActor.Props(options.RoleNames));
        IActorRef metrics = Start(Metrics, MetricsActor.Props(options.Metrics, settings.Sampler, clock));
        IActorRef? router = options.IsRouter ? Start("router", RouterActor.Props(Router(metrics, membership))) : null;
        if (options.IsWorker && settings.ActorHandlers.IsNeeded)
            Start("handlers", HandlersActor.Props(settings.ActorHandlers));
        IActorRef? worker = options.IsWorker ? Start("worker", WorkerActor.Props(settings.Worker!, membership, options.Worker.NoRouterExit)) : null;
        IActorRef gateway = Start("gateway", GatewayActor.Props(Gateway(router, membership)));

        return new BalancerTree(router, worker, gateway);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        WorkerRestarts,
        TimeSpan.FromMinutes(1),
        _ => Sender.Path.Name switch { "worker" => Directive.Restart, Metrics => Directive.Resume, _ => Directive.Stop });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Terminated { ActorRef.Path.Name: Metrics }:
                _log.Error(
                    "The metrics actor of node {Node} ended: weights stay as they are for some minutes, and then the configured ones count; start the node again",
                    settings.NodeName);
                break;
            case Terminated m: End($"its {m.ActorRef.Path.Name} actor ended", needsRestart: false); break;
            case IMembershipProtocol.SelfDowned m: End(m.Reason, needsRestart: true); break;
            case IRouterProtocol.Refused m: End($"the store refused this node as a router: {m.Reason}", needsRestart: false); break;
            case IWorkerProtocol.RestartRequested m: End(m.Reason, needsRestart: true); break;
            case IWorkerProtocol.NoRouterSeen m when settings.EndsForItsSupervisor:
                End($"no router was seen for {m.For.TotalSeconds:0} s", needsRestart: true);
                break;
            case IWorkerProtocol.NoRouterSeen: break;
            default:
                _log.Warning("Balancer actor got a message of unexpected type {Type}", message.GetType());
                Unhandled(message);
                break;
        }
    }

    private static IActorRef Start(string name, Props props) => Context.Watch(Context.ActorOf(props, name));

    private void End(string reason, bool needsRestart)
    {
        if (_isOver)
            return;
        _isOver = true;
        _log.Error("Node {Node} stops: {Reason}", settings.NodeName, reason);
        BalancerStopped stopped = new(settings.NodeName, reason, needsRestart);
        Context.Stop(Self);
        Context.System.EventStream.Publish(stopped);
        try
        {
            settings.Stopped(stopped);
        }
        catch (Exception fault)
        {
            // Thrown from here it would start this actor again, which has said already that it is over.
            _log.Error(fault, "Node {Node} could not tell everybody that it stops", settings.NodeName);
        }
    }

    private RouterSettings Router(IActorRef metrics, IActorRef membership) => new()
    {
        Options = settings.Options,
        Store = settings.Store!,
        Clock = settings.Clock,
        Seed = settings.Seed,
        NodeName = settings.NodeName,
        LifePort = settings.LifePort.Port,
        ProcessIncarnation = settings.Incarnation,
        // In an application's own process callers may have transactions on the file.
        OpensAtStart = settings.Options.Store == StoreNames.Sqlite && !settings.EndsForItsSupervisor
            ? [new SubmitOptions().Queue, .. settings.Options.Queues.Keys.Where(name => name != new SubmitOptions().Queue)]
            : [],
        OwnKinds = settings.Worker is null ? [] : settings.Kinds,
        Board = settings.Board!,
        PublishesEvents = settings.PublishesEvents,
        Metrics = metrics,
        Membership = membership,
    };

    private GatewaySettings Gateway(IActorRef? router, IActorRef membership) => new()
    {
        Limits = settings.Limits,
        PayloadLimit = settings.Options.Limits.Payload,
        Clock = settings.Clock,
        Json = settings.Json,
        Membership = membership,
        LocalRouter = router,
    };
}
