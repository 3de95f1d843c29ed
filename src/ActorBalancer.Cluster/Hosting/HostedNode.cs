using ActorBalancer.Options;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>The node of a .NET application, for those who show it: health checks and the HTTP API. Any thread may ask.</summary>
internal sealed class HostedNode
{
    private volatile BalancerNode? _node;
    private volatile bool _isStopping;

    /// <summary>Null until it has started.</summary>
    public BalancerNode? Node => _node;

    /// <summary>The application has been asked to stop.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>As it runs by them; null until it has started.</summary>
    public BalancerOptions? Options => _node?.Options;

    public void Started(BalancerNode node) => _node = node;

    public void Stopping() => _isStopping = true;
}
