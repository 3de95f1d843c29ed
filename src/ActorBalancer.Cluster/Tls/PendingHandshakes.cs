namespace ActorBalancer.Cluster.Tls;

/// <summary>
/// Connections that have not shown yet who they are. There are at most so many of them, and each has so much time; when one
/// more comes, the oldest is dropped: an honest one is done within milliseconds, those that only hold the place are not.
/// </summary>
internal sealed class PendingHandshakes(int most, TimeSpan time)
{
    private readonly LinkedList<CancellationTokenSource> _pending = new();
    private readonly Lock _gate = new();

    /// <summary>A limit for one more, cancelled when its time is over, when it has to make room, or with <paramref name="stop"/>.</summary>
    public CancellationTokenSource Enter(CancellationToken stop)
    {
        CancellationTokenSource entered = CancellationTokenSource.CreateLinkedTokenSource(stop);
        entered.CancelAfter(time);
        lock (_gate)
        {
            if (_pending.Count == most)
            {
                // Under the lock, since its owner disposes of it once it has left the list.
                _ = _pending.First!.Value.CancelAsync();
                _pending.RemoveFirst();
            }
            _pending.AddLast(entered);
        }
        return entered;
    }

    /// <summary>This one is decided.</summary>
    public void Leave(CancellationTokenSource entered)
    {
        lock (_gate)
            _pending.Remove(entered);
    }
}
