namespace ActorBalancer.Storage;

/// <summary>
/// Where jobs are kept. The store disposes: its fence alone says who owns a queue. Calls of one owner come one after the other,
/// <see cref="GetAsync"/> and <see cref="ListAsync"/> at any time from any thread. Expected failures are values, but for a
/// store that is away: then every call except a commit throws <see cref="StoreUnavailableException"/>. Any other exception means a bug.
/// </summary>
internal interface IJobStore : IAsyncDisposable
{
    /// <summary>
    /// Registers a router node (rule 1). Memory and SQLite allow one live registration; a second is refused. PostgreSQL allows many, and
    /// fences those whose lease has ended, and older ones of the same address.
    /// </summary>
    ValueTask<Registration> RegisterAsync(NodeRow node, TimeSpan lease, CancellationToken cancellation);

    /// <summary>Prolongs the lease. False: this incarnation is fenced and must register anew.</summary>
    ValueTask<bool> RenewAsync(long incarnation, TimeSpan lease, CancellationToken cancellation);

    /// <summary>Gives up the registration at a clean stop; queues become free.</summary>
    ValueTask ReleaseAsync(long incarnation, CancellationToken cancellation);

    /// <summary>Makes the incarnation the owner of every queue that has none, and returns all that it owns.</summary>
    ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, CancellationToken cancellation);

    /// <summary>
    /// Makes the incarnation the owner of those queues without one that fall to it among the named router nodes (rule 3, see
    /// <see cref="QueueOwners"/>), and returns all that it owns. A store that allows one router node gives it all.
    /// </summary>
    ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, IReadOnlyList<string> among, CancellationToken cancellation) =>
        ClaimAsync(incarnation, cancellation);

    /// <summary>Every queue with its <see cref="QueueRow.Owner"/>, by number.</summary>
    ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellation);

    /// <summary>The router nodes that are registered and not fenced, oldest first.</summary>
    ValueTask<IReadOnlyList<RouterRow>> RoutersAsync(CancellationToken cancellation);

    /// <summary>
    /// Takeover (rule 3): fences another router node, after its lease's end or on evidence of its crash, and frees its queues. Nothing
    /// that it was committing lands afterwards. False: it was fenced already.
    /// </summary>
    ValueTask<bool> FenceAsync(long incarnation, CancellationToken cancellation);

    /// <summary>
    /// The queue of that name; made, and owned by the incarnation, if it has no owner. <see cref="QueueRow.Owner"/> says whose it is.
    /// Null: there are too many queues already, or the incarnation is fenced.
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
    /// Jobs of one stream of a queue. Fewer than asked for where their payloads are large; only an empty answer says that there are no
    /// more. All that was committed before the call is seen.
    /// </summary>
    ValueTask<StoredJobs> LoadAsync(LoadQuery query, CancellationToken cancellation);

    /// <summary>
    /// Rows of the inbox whose transactions are committed, oldest first, of queues that the incarnation owns. They stay until a commit takes
    /// them (<see cref="InsertRows.Inbox"/>, <see cref="Commit.Inbox"/>), and are given again until then.
    /// </summary>
    ValueTask<InboxRows> ReadInboxAsync(long incarnation, int limit, CancellationToken cancellation) => new(InboxRows.None);

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

    /// <summary>
    /// Drops finished jobs that were kept for long enough, and idempotency keys that are free again, a bounded number a call, and returns
    /// how many; 0: there are no more. The owner calls it now and then. The memory store does so by itself.
    /// </summary>
    ValueTask<int> PruneAsync(Retention keep, CancellationToken cancellation);
}
