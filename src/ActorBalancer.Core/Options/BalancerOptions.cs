namespace ActorBalancer.Options;

/// <summary>
/// What one node runs with. The values come from <c>hocon/reference.conf</c> and what lies over it; this type holds no
/// default of its own. Every property is the key of the same name in kebab-case below <c>actorbalancer</c>.
/// </summary>
public sealed record BalancerOptions
{
    /// <summary>The node's name, as shown in every list and log. Empty: made from the advertised host and port.</summary>
    public required string Name { get; init; }

    /// <summary>What this node is: <c>router</c>, <c>worker</c> or both.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The names of the two roles in the Akka cluster.</summary>
    public required RoleNames RoleNames { get; init; }

    /// <summary>Where this node listens for the other nodes.</summary>
    public required RemotingOptions Remoting { get; init; }

    /// <summary>Where our executable answers HTTP.</summary>
    public required HttpOptions Http { get; init; }

    /// <summary>Allows a plain port on an address that other hosts reach. Off: such an address is refused.</summary>
    public required bool Insecure { get; init; }

    /// <summary>Members to join, each <c>HOST:PORT</c>. Empty on a router: it forms a cluster of its own.</summary>
    public required IReadOnlyList<string> Seeds { get; init; }

    /// <summary>Where jobs are kept: <c>memory</c>, <c>sqlite</c> or <c>postgres</c>.</summary>
    public required string Store { get; init; }

    /// <summary>The file of the store <c>sqlite</c>.</summary>
    public required SqliteOptions Sqlite { get; init; }

    /// <summary>The database of the store <c>postgres</c>.</summary>
    public required PostgresOptions Postgres { get; init; }

    /// <summary>How long the stores on disk keep finished jobs.</summary>
    public required RetentionOptions Retention { get; init; }

    /// <summary>Bounds of the memory store.</summary>
    public required MemoryOptions Memory { get; init; }

    /// <summary>What a submit may ask for.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary>How a queue behaves that is not named in <see cref="Queues"/>.</summary>
    public required QueueOptions QueueDefaults { get; init; }

    /// <summary>The queues that have settings of their own, each complete: already merged over <see cref="QueueDefaults"/>.</summary>
    public required IReadOnlyDictionary<string, QueueOptions> Queues { get; init; }

    /// <summary>How this node works when it is a worker.</summary>
    public required WorkerOptions Worker { get; init; }

    /// <summary>How this node works when it is a router.</summary>
    public required RouterOptions Router { get; init; }

    /// <summary>Sampling of this node, and the slow start of the others.</summary>
    public required MetricsOptions Metrics { get; init; }

    /// <summary>Whether this node owns queues and assigns jobs.</summary>
    public bool IsRouter => Roles.Contains(NodeRoles.Router);

    /// <summary>Whether this node runs jobs.</summary>
    public bool IsWorker => Roles.Contains(NodeRoles.Worker);

    /// <summary>The settings of <paramref name="queue"/>: its own, or the defaults.</summary>
    public QueueOptions Queue(string queue) => Queues.GetValueOrDefault(queue, QueueDefaults);
}
