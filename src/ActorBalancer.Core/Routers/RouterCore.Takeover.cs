using ActorBalancer.Dispatch;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Routers;

/// <content>
/// The other router nodes (rule 3): who they are, when one is gone, and whose jobs are taken over. Workers that may run those jobs say hello
/// once more before what they hold is given to others (rule 9).
/// </content>
internal sealed partial class RouterCore<TPeer>
{
    // In the place of a worker's name: the cluster that this node has not joined yet, whose workers it does not know.
    public const string WholeCluster = "the cluster";

    private readonly HashSet<long> _greeted = [];

    // Names of workers, and addresses of nodes whose workers have no name yet.
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private long _awaitUntil;
    private bool _saidTwo;

    /// <summary>Asks the store what the takeover wants to know or do.</summary>
    private void TakeCare()
    {
        while (!_released && _dispatcher is { } dispatcher && Carry(dispatcher, _takeover.Wanted(_shell.Now)))
        {
        }
        GiveUpAwaiting();
    }

    /// <summary>True: the store has answered already.</summary>
    private bool Carry(Dispatcher dispatcher, TakeoverCore.Want want)
    {
        return want.Step switch
        {
            TakeoverCore.Step.Look => Ask(
                dispatcher,
                "routers",
                s => s.RoutersAsync(CancellationToken.None),
                routers => Ask(dispatcher, "queues", s => s.QueuesAsync(CancellationToken.None), queues => OnLooked(dispatcher, routers, queues), Failed),
                Failed),
            TakeoverCore.Step.Fence => Ask(dispatcher, "fence", s => s.FenceAsync(want.Target, CancellationToken.None), first => OnFenced(want.Target, first), Failed),
            TakeoverCore.Step.Claim => Ask(
                dispatcher, "claim", s => s.ClaimAsync(dispatcher.Incarnation, want.Among, CancellationToken.None), rows => OnClaimed(dispatcher, rows), Failed),
            _ => false,
        };

        void Failed() => _takeover.Failed(_shell.Now);
    }

    private void OnLooked(Dispatcher dispatcher, IReadOnlyList<RouterRow> routers, IReadOnlyList<QueueRow> queues)
    {
        _directory.Routers = routers;
        Learn(queues);
        dispatcher.Looked(queues);
        if (queues.Any(dispatcher.IsUnknownlyOwned))
            _takeover.MustClaim();
        TakeoverCore.Want next = _takeover.Looked(routers, queues, _shell.Now);
        Greet(routers);
        WelcomeEach(worker => _awaited.Contains(worker.Name));
        // It registered anew, or another process did there.
        foreach (RouterRow router in routers.Where(r => r.LeaseLeft > TimeSpan.Zero))
            _fencedNodes.Remove(router.Node.Address);
        Carry(dispatcher, next);
    }

    private void OnFenced(long incarnation, bool first)
    {
        if (first)
            _shell.News(RouterNews.TookOver, _directory.NameOf(incarnation), incarnation);
        if (_directory.Routers.FirstOrDefault(r => r.Incarnation == incarnation) is { } row)
        {
            _fencedNodes.Add(row.Node.Address);
            DownFenced(row.Node.Address);
        }
        _takeover.Fenced();
    }

    private void OnClaimed(Dispatcher dispatcher, IReadOnlyList<QueueRow> rows)
    {
        bool takesOver = AwaitHolders(dispatcher, rows);
        dispatcher.Claimed(rows);
        _takeover.Claimed();
        Learn(rows);
        if (takesOver)
            WelcomeEach(_ => true);
    }

    /// <summary>The store has opened a queue that a submit named, and says whose it is.</summary>
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

    /// <summary>
    /// Before jobs are read that another incarnation may have assigned: who may hold some of them. What a worker has said before does not count:
    /// until the claim it may have got more of them.
    /// </summary>
    private bool AwaitHolders(Dispatcher dispatcher, IReadOnlyList<QueueRow> rows)
    {
        if (!rows.Any(dispatcher.IsTakeover))
            return false;
        _round++;
        List<string> names = [.. _workers.Names];
        foreach (string node in _workerNodes.Keys)
        {
            if (_workers.At(node).Length == 0 && _former.At(node).Length == 0)
                names.Add(node);
        }
        // A process that has just started knows nobody until it is in its cluster.
        if (!_shell.IsInCluster)
            names.Add(WholeCluster);
        dispatcher.AwaitWorkers(names, again: true);
        _awaited.UnionWith(names);
        // By then a worker that has heard of no router has given up what it ran (rule 8).
        _awaitUntil = _shell.Now.Micros + (long)_setup.Options.Router.SilenceRequeue.TotalMicroseconds;
        return true;
    }

    private void HeardOf(string name)
    {
        if (_awaited.Remove(name))
            _dispatcher?.HeardOf(name);
    }

    private void GiveUpAwaiting()
    {
        if (_awaited.Count == 0 || _shell.Now.Micros < _awaitUntil)
            return;
        foreach (string name in _awaited.ToArray())
        {
            _shell.News(RouterNews.NeverHeardOf, name, 0);
            HeardOf(name);
        }
    }

    /// <summary>Our queues are named in it, so every worker says hello again if they are news to it.</summary>
    private void WelcomeEach(Func<WorkerRows<TPeer>.Row, bool> isMeant)
    {
        foreach (WorkerRows<TPeer>.Row worker in _workers.All.Where(isMeant))
            _shell.Welcome(worker.Peer, Welcome(worker.Incarnation));
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
            _shell.Greet(router, Welcome(0));
            foreach ((string worker, long incarnation) in _drained)
                _shell.TellDrained(router, worker, incarnation);
        }
        if (routers.Count == 2 && !_saidTwo)
            _shell.News(RouterNews.TwoRouters, _setup.Node.Name, 0);
        _saidTwo = routers.Count == 2;
    }

    /// <summary>Another router says what its life port answers.</summary>
    public void Greeted(RouterWelcome welcome) => _processes[welcome.RouterIncarnation] = welcome.ProcessIncarnation;
}
