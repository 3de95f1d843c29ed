using ActorBalancer.Dispatch;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;

namespace ActorBalancer.Simulator.Protocol;

/// <content>The other router nodes (rule 3), and who is heard before the jobs of their queues are given to others (rule 9).</content>
internal sealed partial class RouterNode
{
    private const string WholeCluster = "the cluster";

    private readonly Dictionary<long, long> _processes = [];
    private readonly HashSet<long> _greeted = [];
    private readonly Dictionary<Host, Process> _workerNodes = [];
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private long _awaitUntil;
    private bool _hasClaimed;

    private void TakeCare()
    {
        if (!_released && _dispatcher is { } dispatcher)
            Carry(dispatcher, _takeover.Wanted(Clock));
        GiveUpAwaiting();
    }

    private void Carry(Dispatcher dispatcher, TakeoverCore.Want want)
    {
        void Failed() => _takeover.Failed(Clock);
        switch (want.Step)
        {
            case TakeoverCore.Step.Look:
                Ask(
                    dispatcher,
                    "routers",
                    s => s.RoutersAsync(default),
                    routers => Ask(dispatcher, "queues", s => s.QueuesAsync(default), queues => OnLooked(dispatcher, routers, queues), Failed),
                    Failed);
                break;
            case TakeoverCore.Step.Fence:
                Ask(dispatcher, $"fence {want.Target}", s => s.FenceAsync(want.Target, default), _ => _takeover.Fenced(), Failed);
                break;
            case TakeoverCore.Step.Claim:
                Ask(dispatcher, "claim", s => s.ClaimAsync(dispatcher.Incarnation, want.Among, default), rows => OnClaimed(dispatcher, rows), Failed);
                break;
        }
    }

    private void OnLooked(Dispatcher dispatcher, IReadOnlyList<RouterRow> routers, IReadOnlyList<QueueRow> queues)
    {
        _directory.Routers = routers;
        Learn(queues);
        dispatcher.Looked(queues);
        if (queues.Any(dispatcher.IsUnknownlyOwned))
            _takeover.MustClaim();
        TakeoverCore.Want next = _takeover.Looked(routers, queues, Clock);
        Greet(routers);
        WelcomeEach(seat => _awaited.Contains(seat.Name));
        Carry(dispatcher, next);
    }

    private void OnClaimed(Dispatcher dispatcher, IReadOnlyList<QueueRow> rows)
    {
        bool takesOver = AwaitHolders(dispatcher, rows);
        dispatcher.Claimed(rows);
        _takeover.Claimed();
        _hasClaimed = true;
        Learn(rows);
        if (takesOver)
            WelcomeEach(_ => true);
    }

    private void OnOpened(Dispatcher dispatcher, string name, QueueRow? row)
    {
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
            WelcomeEach(_ => true);
    }

    private bool AwaitHolders(Dispatcher dispatcher, IReadOnlyList<QueueRow> rows)
    {
        if (!rows.Any(dispatcher.IsTakeover))
            return false;
        List<string> names = _hasClaimed ? [.. _workers.All.Select(seat => seat.Name)] : [];
        foreach (Host node in _workerNodes.Keys)
        {
            if (_workers.At(node).Length == 0 && _former.At(node).Length == 0)
                names.Add(node.Address);
        }
        if (!IsMember)
            names.Add(WholeCluster);
        if (World.IsLogged)
            Log($"awaits {string.Join(", ", names)}");
        dispatcher.AwaitWorkers(names, again: true);
        _awaited.UnionWith(names);
        _awaitUntil = Clock.Micros + (long)World.Options.Router.SilenceRequeue.TotalMicroseconds;
        return true;
    }

    private void HeardOf(string name)
    {
        if (_awaited.Remove(name))
            _dispatcher?.HeardOf(name);
    }

    private void GiveUpAwaiting()
    {
        if (_awaited.Count == 0 || Clock.Micros < _awaitUntil)
            return;
        foreach (string name in _awaited.ToArray())
        {
            Log($"awaits {name} no more");
            World.Ledger.GivenUp(name);
            HeardOf(name);
        }
    }

    private void WelcomeEach(Func<WorkerSeats.Seat, bool> isMeant)
    {
        foreach (WorkerSeats.Seat seat in _workers.All.Where(isMeant))
            World.Network.Send(this, seat.Process, Welcome(seat.Incarnation));
    }

    private void Greet(IReadOnlyList<RouterRow> routers)
    {
        _greeted.IntersectWith(routers.Select(r => r.Incarnation));
        foreach (RouterRow router in routers)
        {
            if (router.Incarnation != _dispatcher!.Incarnation && router.LeaseLeft > TimeSpan.Zero && _greeted.Add(router.Incarnation) && HostOf(router) is { } host)
                World.Network.SendTo(this, host, Welcome(0));
        }
    }

    private Host? HostOf(RouterRow router) => World.Hosts.Find(h => h.Address == router.Node.Address);

    private void OnNode(MemberNews news, Process subject)
    {
        switch (news)
        {
            case MemberNews.Joined when subject == this:
                OnJoined();
                break;
            case MemberNews.Joined when subject is WorkerNode:
                _workerNodes[subject.Host] = subject;
                break;
            case MemberNews.Gone:
                foreach ((long incarnation, long process) in _processes.ToArray())
                {
                    if (process == subject.Incarnation && _processes.Remove(incarnation))
                        _takeover.Gone(incarnation);
                }
                HeardOf(subject.Host.Address);
                break;
            case MemberNews.Removed:
                _workerNodes.Remove(subject.Host);
                HeardOf(subject.Host.Address);
                _takeover.LookNow();
                break;
        }
    }

    private void OnJoined()
    {
        if (!_awaited.Contains(WholeCluster) || _dispatcher is not { } dispatcher)
            return;
        foreach (WorkerNode worker in World.Alive<WorkerNode>().Where(w => w.IsMember && _workers.At(w.Host).Length == 0))
        {
            if (_awaited.Add(worker.Host.Address))
                dispatcher.AwaitWorkers([worker.Host.Address], again: true);
        }
        HeardOf(WholeCluster);
    }
}
