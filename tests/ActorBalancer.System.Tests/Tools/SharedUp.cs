namespace ActorBalancer.SystemTests.Tools;

/// <summary>One cluster for all tests of the tools that leave it as it was.</summary>
public sealed class SharedUp : IAsyncLifetime
{
    private UpRun? _up;

    internal UpRun Up => _up!;

    public async Task InitializeAsync() => _up = await UpRun.StartAsync("--workers", "2", "--slots", "2");

    public async Task DisposeAsync()
    {
        if (_up is not null)
            await _up.DisposeAsync();
    }
}
