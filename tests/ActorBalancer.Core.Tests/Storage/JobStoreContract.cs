using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

/// <summary>
/// What every store must do, sentence by sentence of <see cref="IJobStore"/>. A store's tests derive from it and say how to
/// open an empty one.
/// </summary>
public abstract partial class JobStoreContract
{
    private protected abstract Task<StoreUnderTest> OpenAsync();

    private async Task<StoreSession> StartAsync() => await StoreSession.StartAsync(await OpenAsync());
}
