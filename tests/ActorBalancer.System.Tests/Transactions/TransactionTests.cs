using System.Collections.Concurrent;
using System.Data.Common;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Transactions;

/// <summary>Jobs and outcomes that become true together with what an application changes in the same database.</summary>
public sealed class TransactionTests
{
    public static TheoryData<string> Stores => ["sqlite", "postgres"];

    [SkippableTheory]
    [MemberData(nameof(Stores))]
    public async Task Job_submitted_in_a_transaction_runs_once_when_it_is_committed_and_never_when_it_is_not(string store)
    {
        ConcurrentQueue<int> ran = new();
        await using TransactionCluster app = await TransactionCluster.StartAsync(store, (b, _) => b.AddHandler("note", (int entry, JobContext _) =>
        {
            ran.Enqueue(entry);
            return Task.FromResult(JobOutcome.OkWith(entry));
        }));

        JobId kept, dropped;
        await using (DbConnection connection = await app.ConnectAsync())
        {
            await using (DbTransaction transaction = await connection.BeginTransactionAsync())
            {
                dropped = await app.Jobs.SubmitAsync("note", 1, transaction);
                await TransactionCluster.WriteAsync(transaction, 1);
                await transaction.RollbackAsync();
            }
            await using (DbTransaction transaction = await connection.BeginTransactionAsync())
            {
                kept = await app.Jobs.SubmitAsync("note", 2, transaction, o => o.Priority = 9);
                await TransactionCluster.WriteAsync(transaction, 2);
                // Nobody sees it before.
                Assert.Null(await app.Jobs.GetAsync(kept));
                await transaction.CommitAsync();
            }
        }

        JobResult result = await ResultAsync(app, kept);
        Assert.Equal((JobState.Succeeded, "2"), (result.State, System.Text.Encoding.UTF8.GetString(result.Result.Span)));
        // Whatever comes later is behind what was dropped.
        await app.Jobs.WaitAsync(await app.Jobs.SubmitAsync("note", 3));
        Assert.Equal([2, 3], ran);
        Assert.Null(await app.Jobs.GetAsync(dropped));
        Assert.Equal((0, 1), (await app.CountAsync(1), await app.CountAsync(2)));
    }

    [SkippableTheory]
    [MemberData(nameof(Stores))]
    public async Task Job_completed_in_its_handlers_transaction_has_its_effects_exactly_once(string store)
    {
        await using TransactionCluster app = await TransactionCluster.StartAsync(store, (b, app) => b.AddHandler("book", async (int entry, JobContext job) =>
        {
            await using DbConnection connection = await app.ConnectAsync();
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            await TransactionCluster.WriteAsync(transaction, entry);
            job.Submit("echoed", entry);
            job.CompleteIn(transaction, "\"booked\""u8.ToArray());
            // The first attempt forgets to commit, the second one fails after it.
            if (job.Attempt == 1)
                return JobOutcome.Ok;
            await transaction.CommitAsync();
            throw new InvalidOperationException("too late to matter");
        }).AddHandler("echoed", (int entry, JobContext _) => Task.FromResult(JobOutcome.OkWith(entry)))
            .Queue("default", q => q.Backoff(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10))));

        JobId id = await app.Jobs.SubmitAsync("book", 7);
        JobResult result = await app.Jobs.WaitAsync(id);

        Assert.Equal((JobState.Succeeded, "\"booked\""), (result.State, System.Text.Encoding.UTF8.GetString(result.Result.Span)));
        Assert.Equal(1, await app.CountAsync(7));
        JobInfo job = (await app.Jobs.GetAsync(id))!;
        Assert.Equal([AttemptOutcome.Failed, AttemptOutcome.Succeeded], job.Attempts.Select(a => a.Outcome));
        Assert.Contains("not committed", job.Attempts[0].Error, StringComparison.Ordinal);
        await Eventually.IsTrue(
            async () => await app.Jobs.ListAsync(new JobFilter { Kind = "echoed" }) is [{ State: JobState.Succeeded }], "the job of the transaction has run");
    }

    [SkippableTheory]
    [MemberData(nameof(Stores))]
    public async Task Jobs_of_a_run_are_accepted_with_its_success_and_not_with_its_failures(string store)
    {
        await using TransactionCluster app = await TransactionCluster.StartAsync(store, (b, _) => b.AddHandler("plan", (int parts, JobContext job) =>
        {
            for (int i = 0; i < parts; i++)
                job.Submit("part", i, o => o.Queue = "parts-made-by-a-run");
            return job.Attempt == 1 ? throw new InvalidOperationException("the first attempt fails") : Task.FromResult(JobOutcome.Ok);
        }).AddHandler("part", (int part, JobContext _) => Task.FromResult(JobOutcome.OkWith(part)))
            .Queue("default", q => q.Backoff(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10))));

        await app.Jobs.WaitAsync(await app.Jobs.SubmitAsync("plan", 20));

        IReadOnlyList<JobInfo> parts = await app.Jobs.ListAsync(new JobFilter { Kind = "part", Limit = 100 });
        Assert.Equal(20, parts.Count);
        foreach (JobInfo part in parts)
            Assert.Equal(JobState.Succeeded, (await app.Jobs.WaitAsync(part.Id)).State);
    }

    [SkippableTheory]
    [MemberData(nameof(Stores))]
    public async Task What_cannot_be_in_a_transaction_is_refused_with_its_reason(string store)
    {
        await using TransactionCluster app = await TransactionCluster.StartAsync(store, (b, _) =>
            b.AddHandler("note", (int entry, JobContext _) => Task.FromResult(JobOutcome.Ok)));
        await using DbConnection connection = await app.ConnectAsync();
        await using DbTransaction transaction = await connection.BeginTransactionAsync();

        Assert.Equal(RefusalCode.Invalid, (await Assert.ThrowsAsync<JobRefusedException>(() => app.Jobs.SubmitAsync("note", 1, transaction, o => o.Key = "k"))).Code);
        Assert.Equal(RefusalCode.UnknownKind, (await Assert.ThrowsAsync<JobRefusedException>(() => app.Jobs.SubmitAsync("nobody", 1, transaction))).Code);
        await Assert.ThrowsAsync<ArgumentNullException>(() => app.Jobs.SubmitAsync("note", 1, transaction: null!));
    }

    /// <summary>The owner sees a committed job within 100 ms; until then nobody knows its id.</summary>
    private static async Task<JobResult> ResultAsync(TransactionCluster app, JobId id)
    {
        await Eventually.IsTrue(async () => await app.Jobs.GetAsync(id) is not null, "the job is accepted");
        return await app.Jobs.WaitAsync(id);
    }
}
