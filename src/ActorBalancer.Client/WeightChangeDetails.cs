namespace ActorBalancer.Client;

/// <summary>A change of what a worker's weight is made of.</summary>
public sealed record WeightChangeDetails
{
    /// <summary>When.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Whose; null: the queue itself was changed.</summary>
    public string? Worker { get; init; }

    /// <summary>The kind of jobs for which something was learned; null: all.</summary>
    public string? Kind { get; init; }

    /// <summary>The configured weight.</summary>
    public double Weight { get; init; }

    /// <summary>The share of it that a slow start leaves, 0 to 1.</summary>
    public double SlowStart { get; init; } = 1;

    /// <summary>Learned, against the fleet.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The share of its runs that succeed, 0 to 1.</summary>
    public double Success { get; init; } = 1;

    /// <summary>The factor that follows speed x success slowly.</summary>
    public double Learned { get; init; } = 1;

    /// <summary>What the queue's strategy uses from then on; 0: the worker gets no new jobs.</summary>
    public double EffectiveWeight { get; init; }

    /// <summary>What changed.</summary>
    public string? Reason { get; init; }
}
