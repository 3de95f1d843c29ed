using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.AspNetCore;

/// <summary>The node as the HTTP port sees it: there before the node is, and until after its end.</summary>
internal sealed class ServedNode(BalancerOptions options, JobClient jobs, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private volatile BalancerNode? _node;
    private volatile bool _isDraining;

    public BalancerOptions Options => options;

    public JobClient Jobs => jobs;

    public TimeProvider Clock => clock;

    /// <summary>Null while it starts.</summary>
    public BalancerNode? Node => _node;

    /// <summary>From the moment that the process was asked to stop.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Ends streams and waits, so that the port can close at once.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Whether the actor system lives. One that is still being made counts: there is nothing to restart yet.</summary>
    public bool Lives => _node is not { System.WhenTerminated.IsCompleted: true };

    public void Started(BalancerNode node) => _node = node;

    public void Draining() => _isDraining = true;

    public void Close() => _closing.Cancel();

    /// <summary>Why no work should be sent here; empty when ready.</summary>
    public IReadOnlyList<string> ReasonsNotReady()
    {
        if (_isDraining)
            return ["the node is draining"];
        return _node is { } node ? node.Readiness : ["the node is starting"];
    }

    public void Dispose() => _closing.Dispose();
}
