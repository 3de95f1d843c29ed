using ActorBalancer.SystemTests.Network;

namespace ActorBalancer.SystemTests.Campaign.Staging;

/// <summary>What a stage is made of; it ends store and network with itself.</summary>
internal sealed record StageSettings(StageStore Store)
{
    public int Routers { get; init; } = 1;

    public int Workers { get; init; } = 3;

    /// <summary>Hosts of their own for the nodes; null: all on the loopback.</summary>
    public NetworkLab? Lab { get; init; }

    /// <summary>Its routers can be told to be late.</summary>
    public bool HasLateRouter { get; init; }

    /// <summary>The nodes say more than warnings.</summary>
    public bool Verbose { get; init; }

    /// <summary>More environment variables of the routers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RouterSettings { get; init; } = [];
}
