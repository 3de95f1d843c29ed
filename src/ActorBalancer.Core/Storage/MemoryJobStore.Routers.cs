namespace ActorBalancer.Storage;

// What matters where several router nodes share a store, answered for the one that there can be.
internal sealed partial class MemoryJobStore
{
    public ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return new([.. _queues.Select(queue => queue.Row())]);
    }

    public ValueTask<IReadOnlyList<RouterRow>> RoutersAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return new(_owner is null ? [] : [new RouterRow(_owner, _incarnation, LeaseLeft())]);
    }

    public async ValueTask<bool> FenceAsync(long incarnation, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (IsFenced(incarnation))
                return false;
        }
        await ReleaseAsync(incarnation, cancellation);
        return true;
    }

    public ValueTask<int> PruneAsync(Retention keep, CancellationToken cancellation) => new(0);
}
