namespace ActorBalancer.SystemTests.Http;

/// <summary>One node for all tests that leave it as they found it.</summary>
public sealed class SharedNode : IAsyncLifetime
{
    private HttpNode? _node;

    internal HttpNode Node => _node!;

    public async Task InitializeAsync() => _node = await HttpNode.StartAsync([]);

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }
}
