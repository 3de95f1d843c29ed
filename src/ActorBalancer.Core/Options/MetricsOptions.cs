namespace ActorBalancer.Options;

/// <summary>Sampling of nodes, and how a new worker's weight grows.</summary>
public sealed record MetricsOptions
{
    /// <summary>Time between two samples of this node.</summary>
    public required TimeSpan SampleInterval { get; init; }

    /// <summary>Time between two publications of what was sampled, and between two sets of weights.</summary>
    public required TimeSpan PublishInterval { get; init; }

    /// <summary>Time in which the weight of a worker that joins grows to its full value. 0: it starts with it.</summary>
    public required TimeSpan SlowStart { get; init; }

    /// <summary>The share of its weight with which a worker that joins begins, above 0 to 1.</summary>
    public required double SlowStartFrom { get; init; }
}
