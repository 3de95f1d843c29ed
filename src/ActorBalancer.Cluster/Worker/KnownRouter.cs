namespace ActorBalancer.Cluster.Worker;

/// <summary>What a worker knows of the router node at one address.</summary>
internal sealed class KnownRouter(int route)
{
    /// <summary>The engine's number for the address; never changes, since jobs that run report there.</summary>
    public int Route { get; } = route;

    public int Uid { get; set; }

    /// <summary>Membership has named it.</summary>
    public bool Known { get; set; }

    public long Incarnation { get; set; }

    public long Process { get; set; }
}
