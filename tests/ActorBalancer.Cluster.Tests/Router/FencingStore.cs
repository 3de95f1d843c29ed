using ActorBalancer.Storage;

namespace ActorBalancer.Cluster.Tests.Router;

/// <summary>The memory store, that can be told to fence its owner at the next commit, and that then registers it anew.</summary>
internal sealed class FencingStore(MemoryJobStore store) : IJobStore
{
    public bool FenceNext { get; set; }

    public ValueTask<Registration> RegisterAsync(NodeRow node, TimeSpan lease, CancellationToken cancellation) => store.RegisterAsync(node, lease, cancellation);

    public ValueTask<bool> RenewAsync(long incarnation, TimeSpan lease, CancellationToken cancellation) => store.RenewAsync(incarnation, lease, cancellation);

    public ValueTask ReleaseAsync(long incarnation, CancellationToken cancellation) => store.ReleaseAsync(incarnation, cancellation);

    public ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, CancellationToken cancellation) => store.ClaimAsync(incarnation, cancellation);

    public ValueTask<QueueRow?> OpenQueueAsync(long incarnation, string name, CancellationToken cancellation) =>
        store.OpenQueueAsync(incarnation, name, cancellation);

    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        if (FenceNext)
        {
            FenceNext = false;
            await store.ReleaseAsync(commit.Incarnation, cancellation);
        }
        return await store.CommitAsync(commit, cancellation);
    }

    public ValueTask<StoredJobs> LoadAsync(int queue, long afterKey, int limit, CancellationToken cancellation) =>
        store.LoadAsync(queue, afterKey, limit, cancellation);

    public ValueTask<StoredJobs> LoadAsync(LoadQuery query, CancellationToken cancellation) => store.LoadAsync(query, cancellation);

    public ValueTask<Reopening> ReopenAsync(long incarnation, JobId id, CancellationToken cancellation) => store.ReopenAsync(incarnation, id, cancellation);

    public ValueTask<JobInfo?> GetAsync(JobId id, CancellationToken cancellation) => store.GetAsync(id, cancellation);

    public ValueTask<IReadOnlyList<JobInfo>> ListAsync(JobQuery query, CancellationToken cancellation) => store.ListAsync(query, cancellation);

    public ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellation) => store.QueuesAsync(cancellation);

    public ValueTask<IReadOnlyList<RouterRow>> RoutersAsync(CancellationToken cancellation) => store.RoutersAsync(cancellation);

    public ValueTask<bool> FenceAsync(long incarnation, CancellationToken cancellation) => store.FenceAsync(incarnation, cancellation);

    public ValueTask<int> PruneAsync(Retention keep, CancellationToken cancellation) => store.PruneAsync(keep, cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
