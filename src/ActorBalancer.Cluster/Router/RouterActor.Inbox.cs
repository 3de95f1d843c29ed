using ActorBalancer.Dispatch;
using ActorBalancer.Storage;

namespace ActorBalancer.Cluster.Router;

/// <summary>
/// The inbox (rule 4): one look a node, often enough that a job is seen within 100 ms of its transaction's commit, which nobody tells of.
/// </summary>
internal sealed partial class RouterActor
{
    private static readonly TimeSpan s_inboxInterval = TimeSpan.FromMilliseconds(50);

    private bool _readsInbox;

    private void WatchInbox()
    {
        // Nobody can have a transaction in memory.
        if (_settings.Store is not MemoryJobStore)
            Timers.StartPeriodicTimer(nameof(LookIntoInbox), LookIntoInbox.Instance, s_inboxInterval);
    }

    private void LookAtInbox()
    {
        if (_readsInbox || _released || _dispatcher is not { } dispatcher || _settings.Board.IsStoreAway)
            return;
        _readsInbox = true;
        Ask(
            _settings.Store.ReadInboxAsync(dispatcher.Incarnation, Dispatcher.InboxLimit, CancellationToken.None),
            rows => OnInbox(dispatcher, rows),
            rows => new Reply(() => OnInbox(dispatcher, rows)),
            () => new Reply(() => _readsInbox = false));
    }

    private void OnInbox(Dispatcher dispatcher, InboxRows rows)
    {
        _readsInbox = false;
        if (!ReferenceEquals(dispatcher, _dispatcher) || (rows.Ids.Length == 0 && rows.Ownerless.Count == 0))
            return;
        Turn().InboxRead(rows);
        EndTurnSoon();
    }

    private sealed record LookIntoInbox
    {
        public static LookIntoInbox Instance { get; } = new();
    }
}
