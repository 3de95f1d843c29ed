using System.Data.Common;
using System.Text;
using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests;

/// <summary>What callers and handlers store in transactions of their own, over both durable stores.</summary>
public abstract class TransactionsContract
{
    private protected abstract Task<StoreUnderTest> OpenAsync();

    private protected abstract DbConnection Connect(StoreUnderTest under);

    private protected abstract IJobTransactions TransactionsOf(StoreUnderTest under);

    [Theory]
    [Trait("Rule", "4")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Jobs_of_a_callers_transaction_are_in_the_inbox_once_it_is_committed_or_never(bool commit)
    {
        await using StoreSession s = await StartAsync();
        JobRequest[] requests =
        [
            new() { Kind = "a", Payload = "one"u8.ToArray() },
            new()
            {
                Kind = "b", Payload = default, Source = "album-7", Priority = 7, Attempts = 3, TimeLimit = TimeSpan.FromSeconds(5), Key = "order-7",
                RunAt = DateTimeOffset.FromUnixTimeMilliseconds(77_000),
            },
            .. Enumerable.Range(0, 120).Select(i => new JobRequest { Kind = "a", Payload = new byte[i] }),
        ];
        JobBatch jobs = JobBatch.From(requests);
        long[] keys = [.. requests.Select((_, i) => i == 1 ? s.Key(40, 7) : -1)];
        await using (DbConnection connection = await ConnectAsync(s))
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            await TransactionsOf(s.Under).SubmitInAsync(transaction, jobs, keys, 123, default);
            Assert.Empty((await s.Store.ReadInboxAsync(s.Incarnation, 1000, default)).Ids);
            await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        }

        InboxRows rows = await s.Store.ReadInboxAsync(s.Incarnation, 1000, default);
        if (!commit)
        {
            Assert.Empty(rows.Ids);
            return;
        }
        Assert.Equal(requests.Length, rows.Ids.Length);
        Assert.Equal(rows.Ids.Order(), rows.Ids);
        Assert.True(rows.Ids[0] > 0);
        Assert.Equal(keys, rows.Keys);
        Assert.All(rows.SubmittedUnixMs, at => Assert.Equal(123, at));
        Assert.Equal(
            Enumerable.Range(0, jobs.Count).Select(i => Describe(jobs, i)), Enumerable.Range(0, rows.Jobs.Count).Select(i => Describe(rows.Jobs, i)));
        Assert.Equal(rows.Ids[..5], (await s.Store.ReadInboxAsync(s.Incarnation, 5, default)).Ids);
    }

    [Fact]
    [Trait("Rule", "4")]
    public async Task Rule_4_owner_takes_jobs_from_the_inbox_with_its_commit_and_nobody_takes_them_twice()
    {
        await using StoreSession s = await StartAsync();
        InboxRows rows = await SubmitAsync(s, [Job("first"), Job("second"), Job("third")]);
        Commit commit = Take(s.Incarnation, rows, [s.Key(0), s.Key(1), -1], s.Under.NowUnixMs);
        commit.Inbox.Add(rows.Ids[2]);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Empty(commit.Gone);
        Assert.Equal([s.Key(0), s.Key(1)], await s.KeysAsync());
        Assert.Empty((await s.Store.ReadInboxAsync(s.Incarnation, 10, default)).Ids);

        // An answer that was read before that commit, taken by an owner that gives other keys.
        Commit again = Take(s.Incarnation, rows, [s.Key(5), s.Key(6), s.Key(7)], s.Under.NowUnixMs);
        again.Outcomes.Add(s.Succeeded(s.Key(0)));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(again, default));
        Assert.Equal([s.Key(5), s.Key(6), s.Key(7)], again.Gone);
        Assert.Equal([s.Key(1)], await s.KeysAsync());
    }

    [Fact]
    public async Task Fenced_owner_leaves_the_inbox_to_its_successor()
    {
        await using StoreSession s = await StartAsync();
        InboxRows rows = await SubmitAsync(s, [Job("one")]);
        await s.Store.FenceAsync(s.Incarnation, default);
        Assert.Equal(CommitResult.Fenced, await s.Store.CommitAsync(Take(s.Incarnation, rows, [s.Key(0)], 1), default));
        Assert.Empty(await s.KeysAsync());

        long next = await StoreSession.RegisterAsync(s.Under, "r2");
        InboxRows unowned = await s.Store.ReadInboxAsync(next, 10, default);
        Assert.Empty(unowned.Ids);
        Assert.Equal(["default"], unowned.Ownerless);
        await s.Store.ClaimAsync(next, default);
        InboxRows mine = await s.Store.ReadInboxAsync(next, 10, default);
        Assert.Equal(rows.Ids, mine.Ids);
        Assert.Empty(mine.Ownerless);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(Take(next, mine, [s.Key(0)], 1), default));
        Assert.Equal([s.Key(0)], await s.KeysAsync());
    }

    [Fact]
    public async Task Inbox_names_queues_that_nobody_has_opened_yet()
    {
        await using StoreSession s = await StartAsync();
        InboxRows rows = await SubmitAsync(s, [Job("one"), Job("two") with { Queue = "new" }]);
        Assert.Equal(["one"], Enumerable.Range(0, rows.Jobs.Count).Select(i => Encoding.UTF8.GetString(rows.Jobs.Payload(i).Span)));
        Assert.Equal(["new"], rows.Ownerless);
        await s.Store.OpenQueueAsync(s.Incarnation, "new", default);
        Assert.Equal(2, (await s.Store.ReadInboxAsync(s.Incarnation, 10, default)).Ids.Length);
    }

    [Fact]
    public async Task Idempotency_key_of_a_job_in_the_inbox_is_judged_when_its_owner_takes_it()
    {
        await using StoreSession s = await StartAsync();
        InboxRows rows = await SubmitAsync(s, [Job("x") with { Key = "k" }, Job("x") with { Key = "k" }, Job("other") with { Key = "k" }]);
        Commit commit = Take(s.Incarnation, rows, [s.Key(0), s.Key(1), s.Key(2)], s.Under.NowUnixMs);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Equal([new KnownKey(s.Key(1), s.Key(0), true), new KnownKey(s.Key(2), s.Key(0), false)], commit.Known);
        Assert.Empty((await s.Store.ReadInboxAsync(s.Incarnation, 10, default)).Ids);
        Commit again = Take(s.Incarnation, rows, [s.Key(3), s.Key(4), s.Key(5)], s.Under.NowUnixMs);
        await s.Store.CommitAsync(again, default);
        Assert.Empty(again.Known);
        Assert.Equal([s.Key(0)], await s.KeysAsync());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Job_that_its_run_completed_in_a_transaction_is_succeeded_with_it_or_not_at_all(bool commit, bool workerIsKnown)
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1), s.Key(2));
        if (workerIsKnown)
            await s.FinishAsync(s.Succeeded(s.Key(2)));
        OutcomeRow success = s.Succeeded(s.Key(0), "{\"n\":1}");
        await using (DbConnection connection = await ConnectAsync(s))
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            TransactionsOf(s.Under).CompleteIn(transaction, success);
            await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        }

        QueueRow row = Assert.Single(await s.Store.QueuesAsync(default));
        Assert.Equal((workerIsKnown ? 2 : 3) - (commit ? 1 : 0), row.Ready);
        Commit report = s.Commit();
        report.Outcomes.Add(success);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(report, default));
        Assert.Equal(commit ? [s.Key(0)] : [], report.Missing);
        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal((JobState.Succeeded, 1, "w1", "{\"n\":1}"), (job.State, job.Attempt, job.Worker, Encoding.UTF8.GetString(job.Result.Span)));
        JobAttempt attempt = Assert.Single(job.Attempts);
        Assert.Equal((1, "w1", AttemptOutcome.Succeeded, job.StartedAt, job.FinishedAt),
            (attempt.Number, attempt.Worker, attempt.Outcome, attempt.StartedAt, attempt.FinishedAt));
        Assert.Equal(workerIsKnown ? 1 : 2, Assert.Single(await s.Store.QueuesAsync(default)).Ready);
    }

    [Fact]
    public async Task Run_that_is_not_the_jobs_newest_or_whose_job_has_ended_cannot_complete_it()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1));
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Lost, JobState.Waiting), s.Outcome(s.Key(1), 1, AttemptOutcome.Failed, JobState.Dead));
        foreach ((long key, int attempt) in new[] { (s.Key(0), 1), (s.Key(0), 3), (s.Key(1), 1), (s.Key(1), 2), (s.Key(9), 1) })
        {
            await using DbConnection connection = await ConnectAsync(s);
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            StaleRunException stale = Assert.Throws<StaleRunException>(() => TransactionsOf(s.Under).CompleteIn(transaction, s.Succeeded(key, attempt: attempt)));
            Assert.Equal((new JobId(key), attempt), (stale.Job, stale.Attempt));
            // One that goes on regardless has changed nothing of the job.
            await transaction.CommitAsync();
        }
        Assert.Equal(JobState.Waiting, (await s.GetAsync(s.Key(0))).State);
        await CompleteAsync(s, s.Succeeded(s.Key(0), "mine", attempt: 2));
        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal("mine", Encoding.UTF8.GetString(job.Result.Span));
        Assert.Equal([AttemptOutcome.Lost, AttemptOutcome.Succeeded], job.Attempts.Select(a => a.Outcome));
    }

    [Fact]
    public async Task Retrying_job_that_runs_again_is_completed_where_it_stands()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Retry(s.Key(0), 1));
        await CompleteAsync(s, s.Succeeded(s.Key(0), attempt: 2));
        QueueRow row = Assert.Single(await s.Store.QueuesAsync(default));
        Assert.Equal((0L, 0L), (row.Ready, row.Later));
        Assert.Equal(JobState.Succeeded, (await s.GetAsync(s.Key(0))).State);
        StoreStats stats = await ((IStoreUpkeep)s.Store).StatsAsync(default);
        Assert.Equal([new QueueCounts("default", 0, 0, 0)], stats.Queues);
    }

    [Fact]
    public async Task Job_completed_before_its_worker_could_report_does_not_run_again()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1));
        await CompleteAsync(s, s.Succeeded(s.Key(0), "stays"));
        // The worker dies, its owner takes the run for lost.
        Commit lost = s.Commit();
        lost.Outcomes.Add(s.Outcome(s.Key(0), 1, AttemptOutcome.Lost, JobState.Waiting));
        lost.Outcomes.Add(s.Outcome(s.Key(1), 1, AttemptOutcome.Lost, JobState.Waiting));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(lost, default));
        Assert.Equal([s.Key(0)], lost.Missing);
        // And the owner dies too.
        await s.Store.FenceAsync(s.Incarnation, default);
        await s.Store.ClaimAsync(await StoreSession.RegisterAsync(s.Under, "r2"), default);
        Assert.Equal([s.Key(1)], (await s.LoadAsync(LoadFrom.Ready)).Keys);
        Assert.Equal("stays", Encoding.UTF8.GetString((await s.GetAsync(s.Key(0))).Result.Span));
        Assert.Equal(1, Assert.Single(await s.Store.QueuesAsync(default)).Ready);
    }

    [Fact]
    public async Task Job_completed_together_with_a_submit_in_the_same_transaction_is_both_or_none()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        foreach (bool commit in new[] { false, true })
        {
            await using DbConnection connection = await ConnectAsync(s);
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            await TransactionsOf(s.Under).SubmitInAsync(transaction, JobBatch.From([Job("next")]), [-1], 1, default);
            TransactionsOf(s.Under).CompleteIn(transaction, s.Succeeded(s.Key(0)));
            await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
            Assert.Equal(commit ? JobState.Succeeded : JobState.Waiting, (await s.GetAsync(s.Key(0))).State);
            Assert.Equal(commit ? 1 : 0, (await s.Store.ReadInboxAsync(s.Incarnation, 10, default)).Ids.Length);
        }
    }

    private protected async Task<StoreSession> StartAsync() => await StoreSession.StartAsync(await OpenAsync());

    private protected async Task<DbConnection> ConnectAsync(StoreSession s)
    {
        DbConnection connection = Connect(s.Under);
        await connection.OpenAsync();
        return connection;
    }

    private protected async Task CompleteAsync(StoreSession s, OutcomeRow success)
    {
        await using DbConnection connection = await ConnectAsync(s);
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        TransactionsOf(s.Under).CompleteIn(transaction, success);
        await transaction.CommitAsync();
    }

    /// <summary>Submits them in a transaction that is committed, and what is in the inbox then.</summary>
    private protected async Task<InboxRows> SubmitAsync(StoreSession s, params JobRequest[] jobs)
    {
        await using DbConnection connection = await ConnectAsync(s);
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        await TransactionsOf(s.Under).SubmitInAsync(transaction, JobBatch.From(jobs), [.. jobs.Select(_ => -1L)], s.Under.NowUnixMs, default);
        await transaction.CommitAsync();
        return await s.Store.ReadInboxAsync(s.Incarnation, 100, default);
    }

    private protected static JobRequest Job(string payload) => new() { Kind = "echo", Payload = Encoding.UTF8.GetBytes(payload) };

    private protected static Commit Take(long incarnation, InboxRows rows, long[] keys, long now)
    {
        Commit commit = new() { Incarnation = incarnation };
        commit.Inserts.Add(new InsertRows(rows.Jobs, keys, now) { Inbox = [.. rows.Ids.Zip(keys, (id, key) => key < 0 ? 0 : id)] });
        return commit;
    }

    private static string Describe(JobBatch jobs, int i) =>
        $"{jobs.Kind(i)} {jobs.Queue(i)} {jobs.Source(i)} {jobs.Priority(i)} {jobs.RunAtUnixMs(i)} {jobs.TimeLimitMs(i)} {jobs.AttemptsAllowed(i)} "
        + $"{jobs.IdempotencyKey(i)} {(jobs.IdempotencyKey(i) is null ? 0 : jobs.Fingerprints![i])} {jobs.Payload(i).Length}";
}
