using ActorBalancer.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace ActorBalancer.Storage.Tests.Sqlite;

public sealed class SqliteContractTests : JobStoreContract
{
    [Fact]
    public async Task Jobs_without_keys_order_and_transactions_touch_no_table_that_is_for_those()
    {
        SqliteUnderTest under = await SqliteUnderTest.OpenAsync();
        await using StoreSession s = await StoreSession.StartAsync(under);
        await using (SqliteConnection connection = new($"Data Source={under.File};Pooling=false"))
        {
            await connection.OpenAsync();
            await using SqliteCommand drop = connection.CreateCommand();
            drop.CommandText = "DROP TABLE idempotency; DROP TABLE inbox; ALTER TABLE chain RENAME TO hidden";
            await drop.ExecuteNonQueryAsync();
        }
        await s.InsertAsync(s.Key(0), s.Key(1));
        Assert.Equal(CommitResult.Done, await s.FinishAsync(s.Succeeded(s.Key(0)), s.Retry(s.Key(1), 1)));
        await using SqliteConnection back = new($"Data Source={under.File};Pooling=false");
        await back.OpenAsync();
        await using SqliteCommand rename = back.CreateCommand();
        // What is checked after every test looks there.
        rename.CommandText = "ALTER TABLE hidden RENAME TO chain";
        await rename.ExecuteNonQueryAsync();
    }

    private protected override async Task<StoreUnderTest> OpenAsync() => await SqliteUnderTest.OpenAsync();
}
