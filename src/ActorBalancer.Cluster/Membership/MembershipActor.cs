using ActorBalancer.Options;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Akka.Remote;
using static ActorBalancer.Cluster.Membership.IMembershipProtocol;

namespace ActorBalancer.Cluster.Membership;

/// <summary>
/// Follows the cluster's members and tells its listeners about those with one of the balancer's roles. A broken connection
/// is told at once, and the process behind it is asked through its life port: what a listener hears as
/// <see cref="ProcessGone"/> is evidence, not a time-out. A member whose process is gone is downed, since until it
/// is removed joining nodes stay WeaklyUp.
/// </summary>
/// <remarks>
/// A process restarted on the same address is another node: nodes are told apart by the uid of their ActorSystem,
/// processes by their incarnation.
/// </remarks>
internal sealed partial class MembershipActor : UntypedActor, IWithTimers
{
    private readonly RoleNames _roles;
    private readonly MembershipTiming _timing;
    private readonly LifeProber _prober;
    private readonly List<IActorRef> _listeners = [];
    private readonly Dictionary<UniqueAddress, Node> _nodes = [];
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private bool _leaving;
    private bool _over;

    public MembershipActor(RoleNames roles, LifeProber prober, MembershipTiming timing, IActorRef[] listeners)
    {
        _roles = roles;
        _prober = prober;
        _timing = timing;
        foreach (IActorRef listener in listeners) AddListener(listener);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RoleNames roles, params IActorRef[] listeners) =>
        Props(roles, LifePort.Probe, new MembershipTiming(), listeners);

    public static Props Props(RoleNames roles, LifeProber prober, MembershipTiming timing, params IActorRef[] listeners) =>
        Akka.Actor.Props.Create(() => new MembershipActor(roles, prober, timing, listeners));

    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self,
            ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent),
            typeof(ClusterEvent.IReachabilityEvent),
            typeof(ClusterEvent.ClusterShuttingDown));
        Context.System.EventStream.Subscribe<AssociatedEvent>(Self);
        Context.System.EventStream.Subscribe<DisassociatedEvent>(Self);
        Context.System.EventStream.Subscribe<ThisActorSystemQuarantinedEvent>(Self);
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _cluster.Unsubscribe(Self);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.ClusterShuttingDown: OnClusterOver(); break;
            case ClusterEvent.IMemberEvent e when e.Member.UniqueAddress.Equals(_cluster.SelfUniqueAddress): OnSelf(e); break;
            case ClusterEvent.IMemberEvent e: OnMember(e); break;
            case ClusterEvent.UnreachableMember e: OnUnreachable(e.Member); break;
            case ClusterEvent.ReachableMember e: OnReachable(e.Member); break;
            case DisassociatedEvent e: OnDisconnected(e.RemoteAddress); break;
            case AssociatedEvent e: OnConnected(e.RemoteAddress); break;
            case ThisActorSystemQuarantinedEvent e: OnQuarantined(e.RemoteAddress); break;
            case LifePortKnown m: OnLifePort(m); break;
            case Answered m: OnAnswered(m.Process, m.Answer); break;
            case AskNow m: Ask(m.Process); break;
            case Forget m: Drop(m.Process); break;
            case Subscribe m: AddListener(m.Listener); break;
            case Terminated m: _listeners.Remove(m.ActorRef); break;
            default:
                _log.Warning("Membership actor got a message of unexpected type {Type}", message.GetType());
                Unhandled(message);
                break;
        }
    }

    private void OnMember(ClusterEvent.IMemberEvent e)
    {
        // When the cluster stops on this node it reports every member as removed, which says nothing about them.
        if (_over) return;
        switch (e)
        {
            case ClusterEvent.MemberWeaklyUp or ClusterEvent.MemberUp: OnUp(e.Member); break;
            case ClusterEvent.MemberLeft or ClusterEvent.MemberExited: OnLeaving(e.Member); break;
            case ClusterEvent.MemberDowned: OnDowned(e.Member); break;
            case ClusterEvent.MemberRemoved removed: OnRemoved(removed); break;
        }
    }

    private void OnUp(Member member)
    {
        bool router = member.HasRole(_roles.Router);
        bool worker = member.HasRole(_roles.Worker);
        if (!(router || worker) || _nodes.ContainsKey(member.UniqueAddress)) return;

        Node node = new(member.UniqueAddress, router, worker);
        _nodes.Add(member.UniqueAddress, node);
        BindProcesses(node);
        Tell(new NodeJoined(node.Address, node.Uid, router, worker));
    }

    private void OnLeaving(Member member)
    {
        if (!_nodes.TryGetValue(member.UniqueAddress, out Node? node) || node.Leaving) return;
        node.Leaving = true;
        Tell(new NodeLeaving(node.Address, node.Uid));
    }

    private void OnUnreachable(Member member)
    {
        if (_over || !_nodes.TryGetValue(member.UniqueAddress, out Node? node) || node.Unreachable) return;
        node.Unreachable = true;
        Tell(new NodeUnreachable(node.Address, node.Uid));
        SuspectProcesses(node);
        if (node.Gone) DownGone(node);
    }

    /// <summary>It never comes back as this member. Its removal follows when all have heard of that, a second or two later.</summary>
    private void OnDowned(Member member)
    {
        OnUnreachable(member);
        // Also one that was never up here: elsewhere it may have been, its worker has jobs, and Akka never removes it then.
        Tell(new NodeDowned(member.Address, member.UniqueAddress.Uid));
    }

    private void OnReachable(Member member)
    {
        if (_over || !_nodes.TryGetValue(member.UniqueAddress, out Node? node) || !node.Unreachable) return;
        node.Unreachable = false;
        node.Disconnected = false;
        if (!node.Gone) Tell(new NodeReachable(node.Address, node.Uid));
    }

    private void OnRemoved(ClusterEvent.MemberRemoved e)
    {
        if (!_nodes.Remove(e.Member.UniqueAddress, out Node? node)) return;
        ForgetProcesses(node, inGoodOrder: e.PreviousStatus == MemberStatus.Exiting);
        Tell(new NodeRemoved(node.Address, node.Uid));
    }

    private void OnDisconnected(Address address)
    {
        foreach (Node node in _nodes.Values)
        {
            if (node.Gone || node.Disconnected || !node.Address.Equals(address)) continue;
            node.Disconnected = true;
            Tell(new NodeDisconnected(address));
        }

        SuspectProcesses(address);
    }

    private void OnConnected(Address address)
    {
        if (ReconnectProcesses(address)) return;
        foreach (Node node in _nodes.Values)
            if (node.Address.Equals(address)) TellReachable(node);
    }

    private void TellReachable(Node node)
    {
        if (!node.Disconnected || node.Unreachable || node.Gone) return;
        node.Disconnected = false;
        Tell(new NodeReachable(node.Address, node.Uid));
    }

    private void OnSelf(ClusterEvent.IMemberEvent e)
    {
        _leaving |= e is ClusterEvent.MemberLeft or ClusterEvent.MemberExited;
        if (e is ClusterEvent.MemberDowned) SayDowned("this node was downed");
        else OnMember(e);
    }

    private void OnClusterOver()
    {
        CoordinatedShutdown.Reason? reason = CoordinatedShutdown.Get(Context.System).ShutdownReason;
        bool wanted = _leaving || reason is not null and not CoordinatedShutdown.ClusterDowningReason;
        if (!wanted) SayDowned("this node was removed from the cluster");
        _over = true;
    }

    /// <summary>Only routers may judge: a worker that lost us can be the one that is cut off.</summary>
    private void OnQuarantined(Address by)
    {
        if (_nodes.Values.Any(node => node.IsRouter && node.Address.Equals(by))) SayDowned($"this node was quarantined by {by}");
        else _log.Warning("Quarantined by {Node}, which is no router; this node stays", by);
    }

    private void SayDowned(string reason)
    {
        if (_over) return;
        _over = true;
        _log.Error("The cluster goes on without this node: {Reason}", reason);
        Context.Parent.Tell(new SelfDowned(reason));
    }

    private void AddListener(IActorRef listener)
    {
        if (!_listeners.Contains(listener))
        {
            Context.Watch(listener);
            _listeners.Add(listener);
        }

        // Also for one that is known: it was started again under its old name and has forgotten what it heard.
        foreach (Node node in _nodes.Values)
        {
            listener.Tell(new NodeJoined(node.Address, node.Uid, node.IsRouter, node.IsWorker));
            if (node.Leaving) listener.Tell(new NodeLeaving(node.Address, node.Uid));
            if (node.Unreachable) listener.Tell(new NodeUnreachable(node.Address, node.Uid));
            if (node.Disconnected) listener.Tell(new NodeDisconnected(node.Address));
        }
    }

    private void Tell(IMembershipProtocol message)
    {
        foreach (IActorRef listener in _listeners) listener.Tell(message);
    }

    private sealed class Node(UniqueAddress id, bool isRouter, bool isWorker)
    {
        public Address Address { get; } = id.Address;

        public int Uid { get; } = id.Uid;

        public bool IsRouter { get; } = isRouter;

        public bool IsWorker { get; } = isWorker;

        public bool Leaving { get; set; }

        public bool Unreachable { get; set; }

        public bool Disconnected { get; set; }

        /// <summary>Its process is proven gone; only its removal is still to be told.</summary>
        public bool Gone { get; set; }
    }
}
