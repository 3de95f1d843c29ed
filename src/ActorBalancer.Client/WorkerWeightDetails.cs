namespace ActorBalancer.Client;

/// <summary>What a queue's strategy uses of a worker.</summary>
public sealed record WorkerWeightDetails
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required string State { get; init; }

    /// <summary>The configured weight.</summary>
    public double Weight { get; init; }

    /// <summary>The share of it that a slow start leaves, 0 to 1.</summary>
    public double SlowStart { get; init; } = 1;

    /// <summary>Its speed against the fleet; 1 until it is learned.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The share of its runs that succeed, 0 to 1.</summary>
    public double Success { get; init; } = 1;

    /// <summary>The factor that follows speed x success slowly; it counts where weights are learned.</summary>
    public double Learned { get; init; } = 1;

    /// <summary>What the strategy uses; 0: it gets no new jobs.</summary>
    public double EffectiveWeight { get; init; }

    /// <summary>Of all workers'.</summary>
    public double Share { get; init; }

    /// <summary>Where it differs by the kind of jobs: each of them, and above the mean.</summary>
    public IReadOnlyList<KindWeightDetails> Kinds { get; init; } = [];
}
