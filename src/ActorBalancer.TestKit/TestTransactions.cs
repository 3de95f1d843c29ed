using System.Data.Common;
using ActorBalancer.Storage;

namespace ActorBalancer.Testing;

/// <summary>There is no database here: what a run does in a transaction is taken with its outcome, as if the transaction were committed.</summary>
internal sealed class TestTransactions(TestRun run) : IJobTransactions
{
    public Task SubmitInAsync(DbTransaction transaction, JobBatch jobs, long[] keys, long submittedUnixMs, CancellationToken cancellation)
    {
        run.CompletedSubmits = jobs;
        return Task.CompletedTask;
    }

    public void CompleteIn(DbTransaction transaction, in OutcomeRow success) => run.Completed = success.Result;
}
