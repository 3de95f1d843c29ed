using ActorBalancer.Dispatch;

namespace ActorBalancer.Routers;

/// <content>What membership says. It proposes: what it says of a router is looked up in the store, what it says of a worker is told to the dispatcher.</content>
internal sealed partial class RouterCore<TPeer>
{
    // What the life port of a router node answers, by its incarnation.
    private readonly Dictionary<long, long> _processes = [];

    // The uid of the process, by address.
    private readonly Dictionary<string, int> _workerNodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fencedNodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unreachable = new(StringComparer.Ordinal);

    public void Member(NodeNews news)
    {
        // Another process lives at the address of the one that is removed: nothing that is known of it is to be forgotten.
        if (news.Change == NodeChange.Removed && _workerNodes.TryGetValue(news.Node, out int uid) && uid != news.Uid)
            return;
        OnNode(news);
        if (_dispatcher is null)
            _early.Add(new Early(() => OnWorkers(news), Refuse: null));
        else
            OnWorkers(news);
    }

    private void OnWorkers(NodeNews news)
    {
        Dispatcher dispatcher = Turn();
        switch (news.Change)
        {
            case NodeChange.Gone:
                dispatcher.WorkerGone(news.Process, news.Evidence ?? "its process has ended");
                AwaitNoMore(dispatcher, [news.Process]);
                break;
            case NodeChange.Unreachable or NodeChange.Disconnected: Each(news.Node, dispatcher.WorkerSilent); break;
            case NodeChange.Reachable: Each(news.Node, dispatcher.WorkerReachable); break;
            case NodeChange.Leaving: Each(news.Node, dispatcher.WorkerLeaving); break;
            // As good as removed: the cluster takes it back no more, so that only the silence counts (rule 8).
            case NodeChange.Downed: Each(news.Node, dispatcher.WorkerRemoved); break;
            case NodeChange.Removed:
                Each(news.Node, dispatcher.WorkerRemoved);
                AwaitNoMore(dispatcher, _former.At(news.Node));
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

    private void Each(string node, Action<long> tell)
    {
        foreach (long incarnation in _workers.At(node))
            tell(incarnation);
    }

    /// <summary>What concerns routers, and who is awaited; it also comes while this one is not registered.</summary>
    private void OnNode(NodeNews news)
    {
        switch (news.Change)
        {
            case NodeChange.Joined:
                if (news.IsWorker)
                    _workerNodes[news.Node] = news.Uid;
                if (news.Node == _setup.Node.Address)
                    OnJoined();
                break;
            case NodeChange.Gone:
                foreach ((long incarnation, long process) in _processes.ToArray())
                {
                    if (process != news.Process)
                        continue;
                    _processes.Remove(incarnation);
                    _takeover.Gone(incarnation);
                }
                // Of a process that never said hello; one at the same address is another.
                HeardOf(news.Node);
                break;
            case NodeChange.Removed:
                _workerNodes.Remove(news.Node);
                _fencedNodes.Remove(news.Node);
                _unreachable.Remove(news.Node);
                HeardOf(news.Node);
                _takeover.LookNow();
                break;
            case NodeChange.Unreachable:
                _unreachable.Add(news.Node);
                DownFenced(news.Node);
                break;
            case NodeChange.Reachable: _unreachable.Remove(news.Node); break;
            case NodeChange.Leaving: _takeover.LookNow(); break;
        }
    }

    /// <summary>
    /// A router that the store has fenced and the cluster cannot reach is downed by who took over: of two router nodes the split-brain
    /// resolver would keep the one with the lower address, be it the one that is paused, and end the other with all its workers.
    /// </summary>
    private void DownFenced(string node)
    {
        if (_fencedNodes.Contains(node) && _unreachable.Contains(node))
            _shell.Down(node);
    }

    /// <summary>This node is in its cluster, and knows its members: their workers are awaited now, each by itself.</summary>
    private void OnJoined()
    {
        if (_dispatcher is null)
            return;
        Dispatcher dispatcher = Turn();
        KnownNode[] members = [.. _shell.Members];
        // They said hello before, and of one that the cluster has removed meanwhile nobody else will tell. Those that live say hello again.
        foreach (WorkerRows<TPeer>.Row worker in _workers.All.ToArray())
        {
            if (!Array.Exists(members, m => m.Node == worker.Node))
                dispatcher.WorkerRemoved(worker.Incarnation);
        }
        if (!_awaited.Contains(WholeCluster))
            return;
        foreach (KnownNode member in members)
        {
            if (!member.IsWorker || !member.IsReachable || _workers.All.Any(w => w.Node == member.Node))
                continue;
            if (_awaited.Add(member.Node))
                dispatcher.AwaitWorkers([member.Node], again: true);
        }
        HeardOf(WholeCluster);
    }
}
