using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Sqlite;

public sealed class SqliteContractTests : JobStoreContract
{
    private protected override async Task<StoreUnderTest> OpenAsync() => await SqliteUnderTest.OpenAsync();
}
