using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Postgres;

public sealed class PostgresContractTests : JobStoreContract
{
    [Fact]
    public async Task Jobs_without_keys_and_transactions_touch_no_table_that_is_for_those()
    {
        PostgresUnderTest under = await PostgresUnderTest.OpenAsync();
        await using StoreSession s = await StoreSession.StartAsync(under);
        under.Server.Execute($"DROP TABLE {under.Schema}.idempotency, {under.Schema}.inbox");
        await s.InsertAsync(s.Key(0), s.Key(1));
        Assert.Equal(CommitResult.Done, await s.FinishAsync(s.Succeeded(s.Key(0)), s.Retry(s.Key(1), 1)));
    }

    private protected override async Task<StoreUnderTest> OpenAsync() => await PostgresUnderTest.OpenAsync();
}
