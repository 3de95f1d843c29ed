namespace ActorBalancer.Client;

/// <summary>One job as it is sent. Only <see cref="Kind"/> and <see cref="Payload"/> are required; what is null is left to the queue.</summary>
public sealed record JobSubmission
{
    /// <summary>The stable name of the job's type.</summary>
    public required string Kind { get; init; }

    /// <summary>One JSON value in UTF-8, sent byte by byte as it is.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The queue; null: <c>default</c>.</summary>
    public string? Queue { get; init; }

    /// <summary>Affinity and order key; null: this client's address, as the node sees it.</summary>
    public string? Source { get; init; }

    /// <summary>0 to 9, higher sooner; null: 5.</summary>
    public int? Priority { get; init; }

    /// <summary>Not before this time from now; null: at once. Not together with <see cref="RunAt"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Not before this time, RFC 3339 with <c>Z</c> or an offset; null: at once.</summary>
    public string? RunAt { get; init; }

    /// <summary>How long an attempt may run; null: as the queue says.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How many attempts it has, 1 to 1,000; null: as the queue says.</summary>
    public int? Attempts { get; init; }

    /// <summary>
    /// Idempotency key, 1 to 256 characters: within 24 h another submit with it to the same queue makes no second job. Null: a single submit
    /// gets a random one, so that it can be sent again after a lost answer; jobs of a bulk have none.
    /// </summary>
    public string? Key { get; init; }
}
