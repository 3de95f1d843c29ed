using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Dispatch;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Cluster;

namespace ActorBalancer.Cluster.Router;

/// <summary>
/// The other router nodes (rule 3): who they are, when one is gone, and whose jobs are taken over. Workers that may run those jobs say hello
/// once more before what they hold is given to others (rule 9).
/// </summary>
internal sealed partial class RouterActor
{
    // In the place of a worker's name: the cluster that this node has not joined yet, whose workers it does not know.
    private const string WholeCluster = "the cluster";

    private readonly TakeoverCore _takeover;

    // What the life port of a router node answers, by its incarnation.
    private readonly Dictionary<long, long> _processes = [];
    private readonly HashSet<long> _greeted = [];
    private readonly Dictionary<Address, int> _workerNodes = [];
    private readonly HashSet<Address> _fencedNodes = [];
    private readonly HashSet<Address> _unreachable = [];
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private long _awaitUntil;
    private bool _hasClaimed;
    private bool _saidTwo;

    /// <summary>Asks the store what the takeover wants to know or do.</summary>
    private void TakeCare()
    {
        while (!_released && _dispatcher is { } dispatcher && Carry(dispatcher, _takeover.Wanted(Now())))
        {
        }
        GiveUpAwaiting();
    }

    /// <summary>True: the store has answered already.</summary>
    private bool Carry(Dispatcher dispatcher, TakeoverCore.Want want) => want.Step switch
    {
        TakeoverCore.Step.Look => Ask(
            LookAsync(),
            found => OnLooked(dispatcher, found),
            found => new Answer(dispatcher, d => OnLooked(d, found)),
            () => new Answer(dispatcher, _ => _takeover.Failed(Now()))),
        TakeoverCore.Step.Fence => Ask(
            _settings.Store.FenceAsync(want.Target, CancellationToken.None),
            first => OnFenced(want.Target, first),
            first => new Answer(dispatcher, _ => OnFenced(want.Target, first)),
            () => new Answer(dispatcher, _ => _takeover.Failed(Now()))),
        TakeoverCore.Step.Claim => Ask(
            _settings.Store.ClaimAsync(dispatcher.Incarnation, want.Among, CancellationToken.None),
            rows => OnClaimed(dispatcher, rows),
            rows => new Answer(dispatcher, d => OnClaimed(d, rows)),
            () => new Answer(dispatcher, _ => _takeover.Failed(Now()))),
        _ => false,
    };

    private async ValueTask<(IReadOnlyList<RouterRow> Routers, IReadOnlyList<QueueRow> Queues)> LookAsync()
    {
        IReadOnlyList<RouterRow> routers = await _settings.Store.RoutersAsync(CancellationToken.None);
        return (routers, await _settings.Store.QueuesAsync(CancellationToken.None));
    }

    private void OnLooked(Dispatcher dispatcher, (IReadOnlyList<RouterRow> Routers, IReadOnlyList<QueueRow> Queues) found)
    {
        _directory.Routers = found.Routers;
        Learn(found.Queues);
        dispatcher.Looked(found.Queues);
        if (found.Queues.Any(dispatcher.IsUnknownlyOwned))
            _takeover.MustClaim();
        TakeoverCore.Want next = _takeover.Looked(found.Routers, found.Queues, Now());
        Greet(found.Routers);
        WelcomeAwaited();
        // It registered anew, or another process did there.
        foreach (RouterRow router in found.Routers.Where(r => r.LeaseLeft > TimeSpan.Zero && _fencedNodes.Count > 0))
            _fencedNodes.RemoveWhere(n => n.ToString() == router.Node.Address);
        Carry(dispatcher, next);
        EndTurnSoon();
    }

    private void OnFenced(long incarnation, bool first)
    {
        if (first)
            Log.TakenOver(_log, _directory.NameOf(incarnation), incarnation);
        if (_directory.Routers.FirstOrDefault(r => r.Incarnation == incarnation) is { } row && Address.TryParse(row.Node.Address, out Address? node))
        {
            _fencedNodes.Add(node);
            DownFenced(node);
        }
        _takeover.Fenced();
        EndTurnSoon();
    }

    /// <summary>
    /// A router that the store has fenced and the cluster cannot reach is downed by who took over: of two router nodes the split-brain
    /// resolver would keep the one with the lower address, be it the one that is paused, and end the other with all its workers.
    /// </summary>
    private void DownFenced(Address node)
    {
        if (_fencedNodes.Contains(node) && _unreachable.Contains(node))
            Akka.Cluster.Cluster.Get(Context.System).Down(node);
    }

    private void OnClaimed(Dispatcher dispatcher, IReadOnlyList<QueueRow> rows)
    {
        bool takesOver = AwaitHolders(dispatcher, rows);
        dispatcher.Now = Now();
        dispatcher.Claimed(rows);
        _takeover.Claimed();
        _hasClaimed = true;
        Learn(rows);
        if (takesOver)
            WelcomeAll();
        EndTurnSoon();
    }

    /// <summary>The store has opened a queue that a submit named, and says whose it is.</summary>
    private void OnOpened(Dispatcher dispatcher, string name, QueueRow? row)
    {
        dispatcher.Now = Now();
        if (row is not null && row.Owner != 0 && row.Owner != dispatcher.Incarnation)
        {
            dispatcher.QueueElsewhere(name);
            Learn([row]);
            return;
        }
        bool takesOver = row is not null && AwaitHolders(dispatcher, [row]);
        dispatcher.QueueOpened(name, row);
        if (row is not null)
            Learn([row]);
        if (takesOver)
            WelcomeAll();
    }

    /// <summary>
    /// Before jobs are read that another incarnation may have assigned: who may hold some of them. What a worker said before the first claim
    /// counts; what it said before a later one did not concern us then.
    /// </summary>
    private bool AwaitHolders(Dispatcher dispatcher, IReadOnlyList<QueueRow> rows)
    {
        if (!rows.Any(dispatcher.IsTakeover))
            return false;
        List<string> names = _hasClaimed ? [.. _workers.Names] : [];
        foreach (Address node in _workerNodes.Keys)
        {
            if (_workers.At(node).Length == 0 && _former.At(node).Length == 0)
                names.Add(node.ToString());
        }
        // A process that has just started knows nobody until it is in its cluster.
        if (Akka.Cluster.Cluster.Get(Context.System).SelfMember.Status is MemberStatus.Removed or MemberStatus.Joining)
            names.Add(WholeCluster);
        dispatcher.AwaitWorkers(names, again: true);
        _awaited.UnionWith(names);
        // By then a worker that has heard of no router has given up what it ran (rule 8).
        _awaitUntil = Now().Micros + (long)_settings.Options.Router.SilenceRequeue.TotalMicroseconds;
        return true;
    }

    private void HeardOf(string name)
    {
        if (_awaited.Remove(name))
            _dispatcher?.HeardOf(name);
    }

    private void GiveUpAwaiting()
    {
        if (_awaited.Count == 0 || Now().Micros < _awaitUntil)
            return;
        foreach (string name in _awaited.ToArray())
        {
            Log.NeverHeardOf(_log, name);
            HeardOf(name);
        }
    }

    /// <summary>Its queues are named in it, so every worker says hello again if they are news to it.</summary>
    private void WelcomeAll()
    {
        foreach ((IActorRef worker, long incarnation, _) in _workers.All)
            worker.Tell(Welcome(incarnation));
    }

    private void WelcomeAwaited()
    {
        foreach ((IActorRef worker, long incarnation, string name) in _workers.All)
        {
            if (_awaited.Contains(name))
                worker.Tell(Welcome(incarnation));
        }
    }

    /// <summary>
    /// Router nodes tell each other what their life ports answer, so that a crash is known at once; and a new one hears which workers were
    /// ordered to drain.
    /// </summary>
    private void Greet(IReadOnlyList<RouterRow> routers)
    {
        _greeted.IntersectWith(routers.Select(r => r.Incarnation));
        foreach (RouterRow router in routers)
        {
            if (router.Incarnation == _dispatcher!.Incarnation || router.LeaseLeft <= TimeSpan.Zero || !_greeted.Add(router.Incarnation))
                continue;
            ActorSelection other = RouterAt(router);
            other.Tell(Welcome(0));
            foreach ((string worker, long incarnation) in _drained)
                other.Tell(new IGatewayProtocol.DrainWorker(0, worker, true) { Incarnation = incarnation });
        }
        if (routers.Count == 2 && !_saidTwo)
            Log.TwoRouters(_log);
        _saidTwo = routers.Count == 2;
    }

    private static ActorSelection RouterAt(RouterRow router) => Context.ActorSelection(router.Node.Address + "/" + GatewayActor.RouterPath);

    private void OnGreeted(RouterWelcome welcome, IActorRef sender)
    {
        _processes[welcome.RouterIncarnation] = welcome.ProcessIncarnation;
        if (welcome.LifePort > 0)
            _settings.Membership.Tell(new IMembershipProtocol.LifePortKnown(NodeOf(sender), welcome.ProcessIncarnation, welcome.LifePort));
    }

    /// <summary>Another process lives at the address of the one that is removed: nothing that is known of it is to be forgotten.</summary>
    private bool IsOfPredecessor(IMembershipProtocol member) =>
        member is IMembershipProtocol.NodeRemoved removed && _workerNodes.TryGetValue(removed.Node, out int uid) && uid != removed.Uid;

    /// <summary>What membership says of router nodes; it also comes while this one is not registered.</summary>
    private void OnNode(IMembershipProtocol member)
    {
        switch (member)
        {
            case IMembershipProtocol.NodeJoined { IsWorker: true } node:
                _workerNodes[node.Node] = node.Uid;
                if (node.Node.Equals(Akka.Cluster.Cluster.Get(Context.System).SelfAddress))
                    OnJoined();
                break;
            case IMembershipProtocol.NodeJoined node when node.Node.Equals(Akka.Cluster.Cluster.Get(Context.System).SelfAddress):
                OnJoined();
                break;
            case IMembershipProtocol.ProcessGone gone:
                foreach ((long incarnation, long process) in _processes.ToArray())
                {
                    if (process != gone.Incarnation)
                        continue;
                    _processes.Remove(incarnation);
                    _takeover.Gone(incarnation);
                }
                // Of a process that never said hello; one at the same address is another.
                HeardOf(gone.Node.ToString());
                break;
            case IMembershipProtocol.NodeRemoved node:
                _workerNodes.Remove(node.Node);
                _fencedNodes.Remove(node.Node);
                _unreachable.Remove(node.Node);
                HeardOf(node.Node.ToString());
                _takeover.LookNow();
                break;
            case IMembershipProtocol.NodeUnreachable node:
                _unreachable.Add(node.Node);
                DownFenced(node.Node);
                break;
            case IMembershipProtocol.NodeReachable node: _unreachable.Remove(node.Node); break;
            case IMembershipProtocol.NodeLeaving:
                _takeover.LookNow();
                break;
        }
    }

    /// <summary>This node is in its cluster, and knows its members: their workers are awaited now, each by itself.</summary>
    private void OnJoined()
    {
        if (_dispatcher is not { } dispatcher)
            return;
        Akka.Cluster.Cluster cluster = Akka.Cluster.Cluster.Get(Context.System);
        // They said hello before, and of one that the cluster has removed meanwhile nobody else will tell. Those that live say hello again.
        foreach ((IActorRef worker, long incarnation, _) in _workers.All.ToArray())
        {
            if (!cluster.State.Members.Any(member => member.Address.Equals(NodeOf(worker))))
                dispatcher.WorkerRemoved(incarnation);
        }
        if (!_awaited.Contains(WholeCluster))
            return;
        foreach (Member member in cluster.State.Members)
        {
            if (!member.HasRole(_settings.Options.RoleNames.Worker) || _workers.At(member.Address).Length > 0 || cluster.State.Unreachable.Contains(member)
                || (member.Address.Equals(cluster.SelfAddress) && _workers.Names.Contains(_settings.NodeName)))
                continue;
            if (_awaited.Add(member.Address.ToString()))
                dispatcher.AwaitWorkers([member.Address.ToString()], again: true);
        }
        HeardOf(WholeCluster);
    }
}
