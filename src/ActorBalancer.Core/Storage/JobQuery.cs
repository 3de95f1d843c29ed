namespace ActorBalancer.Storage;

/// <summary>A filter over jobs, newest first; null members do not filter.</summary>
internal sealed record JobQuery
{
    public JobState? State { get; init; }

    public string? Queue { get; init; }

    public string? Kind { get; init; }

    public string? Source { get; init; }

    /// <summary>Only jobs that are not final; what state they are in only their owner knows.</summary>
    public bool Open { get; init; }

    /// <summary>
    /// The worker of the newest attempt. A job that is not final passes: only its owner knows whether it runs, and where.
    /// </summary>
    public string? Worker { get; init; }

    /// <summary>Part of the id, kind, source or error, in upper or lower case.</summary>
    public string? Text { get; init; }

    /// <summary>Only jobs that follow this one in the listing.</summary>
    public JobId? After { get; init; }

    public int Limit { get; init; } = 100;
}
