using ActorBalancer.Dispatch;

namespace ActorBalancer.Cluster.Router;

/// <summary>What others of this node may know of its router without asking it: written by the router actor, read by any thread.</summary>
internal sealed class RouterBoard(TimeProvider clock)
{
    private volatile bool _isRegistered;
    private volatile bool _isStoreAway;
    private volatile DispatchFigures? _figures;

    /// <summary>At most a quarter of a second old; null before the first registration.</summary>
    public DispatchFigures? Figures
    {
        get => _figures;
        set => _figures = value;
    }

    public EventFeed Events { get; } = new(clock);

    /// <summary>The store knows this incarnation, and its lease runs.</summary>
    public bool IsRegistered
    {
        get => _isRegistered;
        set => _isRegistered = value;
    }

    /// <summary>The last commit found no store.</summary>
    public bool IsStoreAway
    {
        get => _isStoreAway;
        set => _isStoreAway = value;
    }
}
