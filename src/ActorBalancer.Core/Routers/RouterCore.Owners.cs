using ActorBalancer.Intake;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;

namespace ActorBalancer.Routers;

/// <content>Which router owns what: told to the gateways, and to those that ask the wrong one.</content>
internal sealed partial class RouterCore<TPeer>
{
    private readonly QueueDirectory _directory = new();
    private readonly HashSet<TPeer> _ownerWatchers = [];

    /// <summary>The queues and routers that the store has named.</summary>
    public QueueDirectory Directory => _directory;

    /// <summary>The gateway hears who owns which queue: all of it now, and later what changes.</summary>
    public void WatchOwners(TPeer gateway)
    {
        SubmitterOf(gateway);
        _ownerWatchers.Add(gateway);
        _shell.Owners(gateway, _dispatcher?.Incarnation ?? 0, [.. _directory.All.Select(Owner)]);
    }

    /// <summary>Something speaks for a look at the other routers now.</summary>
    public void LookNow() => _takeover.LookNow();

    /// <summary>True: this router owns the job, or nobody does who could tell more of it than the store.</summary>
    public bool CanTellOf(long key) =>
        _dispatcher!.Owns(key) || _directory.Find(key) is not { } row || row.Owner == 0 || _directory.NameOf(row.Owner).Length == 0;

    private void TellOwners(QueueOwner[] news)
    {
        long incarnation = _released ? 0 : _dispatcher?.Incarnation ?? 0;
        foreach (TPeer gateway in _ownerWatchers)
            _shell.Owners(gateway, incarnation, news);
    }

    /// <summary>What the store said of queues; of its own this router knows more than an answer that was on its way.</summary>
    private void Learn(IReadOnlyList<QueueRow> rows)
    {
        List<QueueOwner> news = [];
        foreach (QueueRow row in rows)
        {
            QueueRow now = _dispatcher is { } d && d.Owns(row.Name) ? row with { Owner = d.Incarnation } : row;
            if (_directory.Set(now))
                news.Add(Owner(now));
        }
        if (news.Count > 0)
            TellOwners([.. news]);
    }

    private static QueueOwner Owner(QueueRow row) => new(row.Name, row.Number, row.Owner);

    private bool IsElsewhere(string queue) => !_dispatcher!.Owns(queue) && _directory.Find(queue) is { Owner: > 0 } row && row.Owner != _dispatcher.Incarnation;

    /// <summary>
    /// False: the order is another router's to carry out, or will be when the queue has an owner, and its gateway asks there; or the store is
    /// asked first, once, about a queue that nobody here has heard of.
    /// </summary>
    private bool IsOurs(TPeer asker, long ticket, bool owned, QueueRow? row, Action? again)
    {
        if (owned)
            return true;
        if (row is null && again is not null)
        {
            // Made by another router a moment ago, or not at all. Until the first claim is answered nobody knows what is ours.
            _shell.Ask(
                "queues",
                s => s.QueuesAsync(CancellationToken.None),
                queues =>
                {
                    Learn(queues);
                    if (_dispatcher is null)
                        _shell.Moved(asker, ticket);
                    else
                        again();
                },
                () => _shell.Done(asker, ticket, RefusalCode.StoreUnavailable, StoreFailed));
            return false;
        }
        if (row is null)
            return true;
        _shell.Moved(asker, ticket);
        return false;
    }
}
