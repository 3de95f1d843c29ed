namespace ActorBalancer.Client;

/// <summary>What a queue's strategy uses of a worker for jobs of one kind.</summary>
public sealed record KindWeightDetails
{
    /// <summary>The kind of jobs.</summary>
    public required string Kind { get; init; }

    /// <summary>Its speed for this kind against the fleet; 1 until it is learned.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The share of its runs that succeed, 0 to 1.</summary>
    public double Success { get; init; } = 1;

    /// <summary>The factor that follows speed x success slowly.</summary>
    public double Learned { get; init; } = 1;

    /// <summary>What the strategy uses; 0: it gets no new jobs.</summary>
    public double EffectiveWeight { get; init; }

    /// <summary>Of all workers' for this kind.</summary>
    public double Share { get; init; }
}
