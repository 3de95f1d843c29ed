using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Postgres;

public sealed class PostgresContractTests : JobStoreContract
{
    private protected override async Task<StoreUnderTest> OpenAsync() => await PostgresUnderTest.OpenAsync();
}
