using System.Data.Common;

namespace ActorBalancer.Storage;

/// <summary>
/// What callers and handlers store in database transactions of their own, so that it becomes true together with what else these change.
/// Any connection to the store's database will do; neither needs an open <see cref="IJobStore"/>.
/// </summary>
internal interface IJobTransactions
{
    /// <summary>
    /// Puts valid jobs into the inbox, from which their queues' owners take them once the transaction is committed.
    /// </summary>
    /// <param name="transaction">The caller's; it is neither committed nor rolled back.</param>
    /// <param name="jobs">Valid jobs.</param>
    /// <param name="keys">By row: a key that the queue's owner has set aside for it (<see cref="Commit.Reserved"/>), -1: none.</param>
    /// <param name="submittedUnixMs">Now, by the caller's clock.</param>
    /// <param name="cancellation">Ends the waiting; the transaction must then be rolled back.</param>
    Task SubmitInAsync(DbTransaction transaction, JobBatch jobs, long[] keys, long submittedUnixMs, CancellationToken cancellation);

    /// <summary>
    /// Makes a run's job succeeded within the transaction. The job's row is locked until its end, and its queue's owner may have to wait for
    /// that, so this belongs right before the commit. PostgreSQL ends a transaction that is idle for ten seconds after it.
    /// </summary>
    /// <exception cref="StaleRunException">The job is final, or another run has it: the transaction must be rolled back.</exception>
    void CompleteIn(DbTransaction transaction, in OutcomeRow success);
}
