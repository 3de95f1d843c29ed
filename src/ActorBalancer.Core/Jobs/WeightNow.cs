namespace ActorBalancer;

/// <summary>What a queue's strategy uses of a worker for jobs of one kind.</summary>
internal sealed record WeightNow
{
    public required string Worker { get; init; }

    public required WorkerState State { get; init; }

    /// <summary>Null: the queue has had no job yet.</summary>
    public string? Kind { get; init; }

    /// <summary>The configured weight.</summary>
    public required double Weight { get; init; }

    /// <summary>The share of it that a slow start leaves, 0 to 1.</summary>
    public required double SlowStart { get; init; }

    /// <summary>Learned, against the fleet.</summary>
    public required double Speed { get; init; }

    /// <summary>The share of its runs that succeed, 0 to 1.</summary>
    public required double Success { get; init; }

    /// <summary>The factor that follows speed x success slowly; it counts where weights are learned.</summary>
    public required double Learned { get; init; }

    /// <summary>What the strategy uses; 0: it gets no new jobs.</summary>
    public required double Effective { get; init; }
}
