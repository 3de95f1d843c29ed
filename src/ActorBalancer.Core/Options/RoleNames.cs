namespace ActorBalancer.Options;

/// <summary>
/// The names of our roles among all roles of the Akka cluster. They must be the same on every node: routers find
/// workers, and the split-brain resolver counts routers, by these names alone.
/// </summary>
public sealed record RoleNames
{
    /// <summary>Members with this role own queues.</summary>
    public required string Router { get; init; }

    /// <summary>Members with this role run jobs.</summary>
    public required string Worker { get; init; }
}
