using System.Data.Common;
using ActorBalancer.Storage.Postgres;
using ActorBalancer.Tests.Storage;
using Npgsql;

namespace ActorBalancer.Storage.Tests.Postgres;

public sealed class PostgresTransactionsTests : TransactionsContract
{
    [Fact]
    public async Task Open_transactions_of_callers_do_not_hold_up_the_owner()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1));
        await using DbConnection connection = await ConnectAsync(s);
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        IJobTransactions transactions = TransactionsOf(s.Under);
        await transactions.SubmitInAsync(transaction, JobBatch.From([Job("slow")]), [-1], 1, default);
        // A worker that has no number yet must not get one that others would wait for.
        transactions.CompleteIn(transaction, s.Succeeded(s.Key(0), worker: "w-new"));

        Commit commit = Take(s.Incarnation, await SubmitAsync(s, Job("quick")), [s.Key(2)], 1);
        commit.Outcomes.Add(s.Succeeded(s.Key(1), worker: "w-new"));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Equal(JobState.Waiting, (await s.GetAsync(s.Key(0))).State);
        await transaction.CommitAsync();
        Assert.Equal([s.Key(2)], await s.KeysAsync());
        Assert.Single((await s.Store.ReadInboxAsync(s.Incarnation, 10, default)).Ids);
    }

    [Fact]
    public async Task Each_owner_sees_the_jobs_of_its_own_queues_in_the_inbox()
    {
        await using StoreSession s = await StartAsync();
        await using PostgresJobStore second = ((PostgresUnderTest)s.Under).Another();
        long other = (await second.RegisterAsync(StoreSession.Node("r2"), StoreSession.Lease, default)).Incarnation;
        await second.OpenQueueAsync(other, "theirs", default);
        InboxRows mine = await SubmitAsync(s, Job("mine"), Job("theirs") with { Queue = "theirs" });
        InboxRows theirs = await second.ReadInboxAsync(other, 10, default);
        Assert.Equal(["default"], mine.Jobs.Queues);
        Assert.Equal(["theirs"], theirs.Jobs.Queues);
        Assert.Empty(mine.Ids.Intersect(theirs.Ids));
        Assert.Empty(theirs.Ownerless);
    }

    [Fact]
    public async Task Transaction_that_stands_still_after_it_completed_its_job_is_ended()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await using DbConnection connection = await ConnectAsync(s);
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        TransactionsOf(s.Under).CompleteIn(transaction, s.Succeeded(s.Key(0)));
        await using DbCommand show = connection.CreateCommand();
        (show.Transaction, show.CommandText) = (transaction, "SHOW idle_in_transaction_session_timeout");
        Assert.Equal("10s", await show.ExecuteScalarAsync());
        await transaction.RollbackAsync();
        show.Transaction = null;
        Assert.Equal("0", await show.ExecuteScalarAsync());
    }

    private protected override async Task<StoreUnderTest> OpenAsync() => await PostgresUnderTest.OpenAsync();

    private protected override DbConnection Connect(StoreUnderTest under) => new NpgsqlConnection(((PostgresUnderTest)under).Server.ConnectionString);

    private protected override IJobTransactions TransactionsOf(StoreUnderTest under) => new PostgresTransactions(((PostgresUnderTest)under).Schema);
}
