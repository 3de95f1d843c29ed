namespace ActorBalancer;

/// <summary>One job as a caller asks for it. Only <see cref="Kind"/> and <see cref="Payload"/> are required.</summary>
public sealed record JobRequest
{
    /// <summary>The stable name of the job's type, <c>^[a-z0-9][a-z0-9._-]{0,63}$</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The argument as bytes, JSON by custom; at most the payload limit (256 KiB by default), kept unchanged.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The queue; <c>default</c> where left out. A queue exists from its first use.</summary>
    public string Queue { get; init; } = "default";

    /// <summary>Affinity and order key, 1 to 256 characters; null: the job's own id.</summary>
    public string? Source { get; init; }

    /// <summary>0 to 9, higher sooner; 5 by default.</summary>
    public int Priority { get; init; } = JobKey.DefaultPriority;

    /// <summary>Not before this time; null: now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>How long an attempt may run; null: the queue's.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How many attempts it has, 1 to 1,000; null: the queue's.</summary>
    public int? Attempts { get; init; }

    /// <summary>
    /// Idempotency key, 1 to 256 characters: within 24 h another submit with it to the same queue makes no second job, and is answered with
    /// the first one's id; with other fields it is refused with <see cref="RefusalCode.KeyReused"/>. Null: none.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>See <see cref="JobFingerprint"/>; null: made from this request as it stands.</summary>
    internal UInt128? Fingerprint { get; init; }
}
