using System.Data.Common;
using ActorBalancer.Storage.Sqlite;
using ActorBalancer.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace ActorBalancer.Storage.Tests.Sqlite;

public sealed class SqliteTransactionsTests : TransactionsContract
{
    [Fact]
    public async Task Store_may_be_attached_to_a_connection_of_another_file()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await using SqliteConnection connection = new("Data Source=:memory:");
        await connection.OpenAsync();
        await using (SqliteCommand attach = connection.CreateCommand())
        {
            attach.CommandText = "ATTACH @file AS jobs";
            attach.Parameters.AddWithValue("@file", ((SqliteUnderTest)s.Under).File);
            await attach.ExecuteNonQueryAsync();
        }
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        SqliteTransactions transactions = new("jobs");
        await transactions.SubmitInAsync(transaction, JobBatch.From([Job("x")]), [-1], 1, default);
        transactions.CompleteIn(transaction, s.Succeeded(s.Key(0)));
        await transaction.CommitAsync();
        Assert.Single((await s.Store.ReadInboxAsync(s.Incarnation, 10, default)).Ids);
        Assert.Equal(JobState.Succeeded, (await s.GetAsync(s.Key(0))).State);
    }

    private protected override async Task<StoreUnderTest> OpenAsync() => await SqliteUnderTest.OpenAsync();

    private protected override DbConnection Connect(StoreUnderTest under) => new SqliteConnection($"Data Source={((SqliteUnderTest)under).File};Pooling=false");

    private protected override IJobTransactions TransactionsOf(StoreUnderTest under) => new SqliteTransactions();
}
