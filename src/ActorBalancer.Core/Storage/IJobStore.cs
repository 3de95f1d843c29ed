namespace ActorBalancer.Storage;

/// <summary>
/// Where jobs are kept. The store disposes: its fence alone says who owns a queue. Calls of one owner come one after the other,
/// <see cref="GetAsync"/> and <see cref="ListAsync"/> at any time from any thread. Expected failures are values; an
/// exception means a bug.
/// </summary>
internal interface IJobStore : IAsyncDisposable
{
    /// <summary>Registers a router node (rule 1). Memory allows one live registration; a second is refused.</summary>
    ValueTask<Registration> RegisterAsync(NodeRow node, TimeSpan lease, CancellationToken cancellation);

    /// <summary>Prolongs the lease. False: this incarnation is fenced and must register anew.</summary>
    ValueTask<bool> RenewAsync(long incarnation, TimeSpan lease, CancellationToken cancellation);

    /// <summary>Gives up the registration at a clean stop; queues become free.</summary>
    ValueTask ReleaseAsync(long incarnation, CancellationToken cancellation);

    /// <summary>Makes the incarnation the owner of every queue that has none, and returns all that it owns.</summary>
    ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, CancellationToken cancellation);

    /// <summary>
    /// The queue of that name, made and owned by the incarnation if there was none; null: there are too many queues already, or
    /// the incarnation is fenced.
    /// </summary>
    ValueTask<QueueRow?> OpenQueueAsync(long incarnation, string name, CancellationToken cancellation);

    /// <summary>
    /// Checkpoint 1 and 2: stores a turn as a whole. Inserting a key again changes nothing; an outcome for a missing or final job is a duplicate,
    /// dropped and counted.
    /// </summary>
    ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation);

    /// <summary>
    /// Up to <paramref name="limit"/> jobs of the queue that are not final, with keys above <paramref name="afterKey"/>, in key order.
    /// Fewer where their payloads are large; only an empty answer says that there are no more.
    /// </summary>
    ValueTask<StoredJobs> LoadAsync(int queue, long afterKey, int limit, CancellationToken cancellation);

    /// <summary>
    /// A dead, discarded or cancelled job waits again, in one fenced transaction of its own: its attempts used up and crashes are 0, its
    /// history stays. Anything else changes nothing and says why not.
    /// </summary>
    ValueTask<Reopening> ReopenAsync(long incarnation, JobId id, CancellationToken cancellation);

    /// <summary>
    /// One job, or null. A job that is in memory of its owner shows as <see cref="JobState.Waiting"/> here, and so does a
    /// scheduled or retrying one whose time has come; the owner knows more.
    /// </summary>
    ValueTask<JobInfo?> GetAsync(JobId id, CancellationToken cancellation);

    /// <summary>
    /// Jobs that match, newest first: in a queue by sequence, over several by the time of submission. Fewer than asked for: there
    /// are no more.
    /// </summary>
    ValueTask<IReadOnlyList<JobInfo>> ListAsync(JobQuery query, CancellationToken cancellation);
}
