using System.Data.Common;

namespace ActorBalancer;

/// <summary>
/// Submits jobs and asks about them, from any thread. Refusals are thrown as <see cref="JobRefusedException"/> with a
/// stable code; only <see cref="RefusalCode.OutcomeUnknown"/> leaves open whether a job was accepted.
/// </summary>
public interface IJobClient
{
    /// <summary>Submits a job; returns once it is stored. The argument is written as JSON with web defaults.</summary>
    /// <exception cref="JobRefusedException">Invalid, too large, unknown kind, queue full, store unavailable, not ready, outcome unknown.</exception>
    Task<JobId> SubmitAsync<TArgs>(string kind, TArgs args, Action<SubmitOptions>? configure = null, CancellationToken cancellation = default);

    /// <summary>
    /// Submits a job in the caller's own transaction on the store's database: it is accepted with the commit, or never. Its router sees it
    /// within 100 ms of the commit. Returns its id, which names nothing if the transaction is rolled back.
    /// </summary>
    /// <param name="kind">As above.</param>
    /// <param name="args">As above.</param>
    /// <param name="transaction">
    /// Of Npgsql on the PostgreSQL database, by a user who may write its tables; or of Microsoft.Data.Sqlite on the SQLite file, in the process
    /// that has it open. Neither committed nor rolled back here.
    /// </param>
    /// <param name="configure">As above; a key is refused, for the transaction makes the job once.</param>
    /// <param name="cancellation">Gives up the wait; roll the transaction back then.</param>
    /// <exception cref="JobRefusedException">As above.</exception>
    /// <exception cref="ArgumentException">The transaction is of another database, or has ended.</exception>
    Task<JobId> SubmitAsync<TArgs>(string kind, TArgs args, DbTransaction transaction, Action<SubmitOptions>? configure = null, CancellationToken cancellation = default);

    /// <summary>Submits a job whose payload is already bytes. Cancelling gives up the wait, not the job.</summary>
    /// <exception cref="JobRefusedException">As above.</exception>
    Task<JobId> SubmitAsync(JobRequest request, CancellationToken cancellation = default);

    /// <summary>
    /// Submits many jobs, accepted in the order of the list. A refused row does not fail the others.
    /// </summary>
    /// <returns>One entry a request, in order.</returns>
    Task<IReadOnlyList<SubmitResult>> SubmitManyAsync(IReadOnlyList<JobRequest> requests, CancellationToken cancellation = default);

    /// <summary>The job as it is now, or null if there is none of that id.</summary>
    Task<JobInfo?> GetAsync(JobId id, CancellationToken cancellation = default);

    /// <summary>
    /// Waits until the job is final, also over the loss of a router; bound the wait by the token.
    /// </summary>
    /// <exception cref="JobRefusedException">There is no such job.</exception>
    Task<JobResult> WaitAsync(JobId id, CancellationToken cancellation = default);

    /// <summary>Cancels a job that is not final: a waiting one at once, a running one through its handler's token.</summary>
    /// <exception cref="JobRefusedException">There is no such job, or it is final already (<see cref="RefusalCode.Conflict"/>).</exception>
    Task CancelAsync(JobId id, CancellationToken cancellation = default);

    /// <summary>
    /// Jobs that match, newest first, at most <see cref="JobFilter.Limit"/>, without results and attempts. A page may be
    /// shorter where texts are long; only an empty one is the end.
    /// </summary>
    /// <exception cref="JobRefusedException">The limit is out of range.</exception>
    Task<IReadOnlyList<JobInfo>> ListAsync(JobFilter? filter = null, CancellationToken cancellation = default);

    /// <summary>
    /// Submits a sequence and yields each job when it is final: the efficient way to run very many. Reads the sequence
    /// only as fast as jobs finish and their results are consumed.
    /// </summary>
    /// <param name="requests">Read once, from another thread.</param>
    /// <param name="outstanding">How many jobs may be under way at once, from 1.</param>
    /// <param name="cancellation">Stops submitting and waiting; jobs that were accepted run on.</param>
    /// <returns>One entry a request, in the order of their ends.</returns>
    IAsyncEnumerable<RanJob> RunAsync(IAsyncEnumerable<JobRequest> requests, int outstanding = 1_000, CancellationToken cancellation = default);

    /// <inheritdoc cref="RunAsync(IAsyncEnumerable{JobRequest}, int, CancellationToken)"/>
    IAsyncEnumerable<RanJob> RunAsync(IEnumerable<JobRequest> requests, int outstanding = 1_000, CancellationToken cancellation = default);
}
