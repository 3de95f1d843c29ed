namespace ActorBalancer.Storage;

/// <summary>A filter over jobs, newest first; null members do not filter.</summary>
internal sealed record JobQuery
{
    public JobState? State { get; init; }

    public string? Queue { get; init; }

    public string? Kind { get; init; }

    public string? Source { get; init; }

    /// <summary>Only jobs that follow this one in the listing.</summary>
    public JobId? After { get; init; }

    public int Limit { get; init; } = 100;
}
