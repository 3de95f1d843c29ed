namespace ActorBalancer.Routers;

/// <summary>What membership tells of a node that carries one of the balancer's roles.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Node">The node's address.</param>
/// <param name="Uid">Of the process there: another one at the same address has another.</param>
internal readonly record struct NodeNews(NodeChange Change, string Node, int Uid)
{
    /// <summary>It has the role of workers.</summary>
    public bool IsWorker { get; init; }

    /// <summary>What the life port of the process answered; only with <see cref="NodeChange.Gone"/>.</summary>
    public long Process { get; init; }

    /// <summary>How it is known that the process is gone.</summary>
    public string? Evidence { get; init; }
}

internal enum NodeChange
{
    Joined,
    Disconnected,
    Unreachable,
    Reachable,
    Leaving,

    /// <summary>The cluster takes it back no more.</summary>
    Downed,
    Removed,

    /// <summary>Evidence that the process has ended.</summary>
    Gone,
}
