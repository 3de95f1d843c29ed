namespace ActorBalancer.Dispatch;

/// <summary>What only a job's owner knows of it.</summary>
/// <param name="State">Where it is.</param>
/// <param name="Attempt">The number of the newest run.</param>
internal readonly record struct PresentJob(JobState State, int Attempt)
{
    /// <summary>Running: where; null if that worker is gone.</summary>
    public string? Worker { get; init; }

    /// <summary>Running: since when it is the worker's.</summary>
    public long SentUnixMs { get; init; }

    /// <summary>Running: the strategy that chose the worker.</summary>
    public string? Why { get; init; }

    /// <summary>Waiting: for what, if not for a free slot.</summary>
    public string? Waiting { get; init; }
}
