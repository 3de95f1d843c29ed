using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Failure;

/// <summary>A cluster of its own for each test; what its processes said is shown with a failure.</summary>
public abstract class FailureTest(ITestOutputHelper output) : IAsyncLifetime
{
    private TestCluster? _cluster;

    protected ITestOutputHelper Output => output;

    private protected TestCluster Cluster => _cluster!;

    protected virtual KeyValuePair<string, string>[] RouterSettings => [];

    public async Task InitializeAsync() => _cluster = await TestCluster.StartAsync(RouterSettings);

    public async Task DisposeAsync()
    {
        if (_cluster is null)
            return;
        await _cluster.DisposeAsync();
        _cluster.WriteLogs(output);
    }
}
