namespace ActorBalancer.Testing;

/// <summary>Whom the router speaks to: a worker, or the one client.</summary>
internal class TestPeer(string node)
{
    public string Node { get; } = node;
}
