using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Sqlite;

public sealed class SqliteDurableTests : DurableStoreContract
{
    private protected override async Task<StoreUnderTest> OpenAsync() => await SqliteUnderTest.OpenAsync();
}
