namespace ActorBalancer;

/// <summary>Which jobs a listing shows, newest first; null members do not filter.</summary>
public sealed record JobFilter
{
    /// <summary>Only jobs in this state.</summary>
    public JobState? State { get; init; }

    /// <summary>Only jobs of this queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Only jobs of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only jobs of this source.</summary>
    public string? Source { get; init; }

    /// <summary>Only jobs whose newest attempt was at the worker of this name.</summary>
    public string? Worker { get; init; }

    /// <summary>Only jobs that have this text in their id, kind, source or error, in upper or lower case.</summary>
    public string? Text { get; init; }

    /// <summary>Only jobs that follow this one in the listing: the last of the page before.</summary>
    public JobId? After { get; init; }

    /// <summary>At most so many, 1 to 1,000; 100 by default.</summary>
    public int Limit { get; init; } = 100;
}
