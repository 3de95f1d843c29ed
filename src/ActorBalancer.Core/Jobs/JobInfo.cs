namespace ActorBalancer;

/// <summary>A job as its owner and store know it.</summary>
public sealed record JobInfo
{
    /// <summary>The public id.</summary>
    public required JobId Id { get; init; }

    /// <summary>The stable name of its type.</summary>
    public required string Kind { get; init; }

    /// <summary>Its queue.</summary>
    public required string Queue { get; init; }

    /// <summary>Affinity and order key; the id where the caller gave none.</summary>
    public required string Source { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required JobState State { get; init; }

    /// <summary>With <see cref="JobState.Dead"/>: why.</summary>
    public DeadReason Reason { get; init; }

    /// <summary>Why it waits, if something else than a free slot is missing; for example that no worker offers its kind.</summary>
    public string? Waiting { get; init; }

    /// <summary>The number of the newest attempt that started; 0 if none did.</summary>
    public required int Attempt { get; init; }

    /// <summary>The worker of the newest attempt.</summary>
    public string? Worker { get; init; }

    /// <summary>While it runs: what its handler said last of how far it is; null: nothing yet. Null in a list.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When the newest attempt started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it became final.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The result's bytes of a succeeded job.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>The newest attempt's error.</summary>
    public string? Error { get; init; }

    /// <summary>
    /// The attempts that started, oldest first: all of them, or the newest that fit in <c>router.batch-bytes</c> where their
    /// errors are many and long. <see cref="JobAttempt.Number"/> tells whether earlier ones are left out. Empty in a list.
    /// </summary>
    public required IReadOnlyList<JobAttempt> Attempts { get; init; }

    /// <summary>
    /// Why its runs went where they went, oldest first, as long as its router has it in its memory of the newest decisions. Empty in a list.
    /// </summary>
    public IReadOnlyList<JobDecision> Decisions { get; init; } = [];
}
