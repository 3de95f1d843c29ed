using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Postgres;

public sealed class PostgresDurableTests : DurableStoreContract
{
    private protected override async Task<StoreUnderTest> OpenAsync() => await PostgresUnderTest.OpenAsync();
}
