namespace ActorBalancer;

/// <summary>A job of <see cref="IJobClient.RunAsync(IEnumerable{JobRequest}, int, CancellationToken)"/> that is final, or was refused.</summary>
public readonly record struct RanJob
{
    /// <summary>Its place in the sequence of requests, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>The job's id, unless it was refused.</summary>
    public required JobId Id { get; init; }

    /// <summary>Why it was refused; <see cref="RefusalCode.None"/>: it ran to its end.</summary>
    public required RefusalCode Code { get; init; }

    /// <summary>Succeeded, discarded, cancelled or dead; says nothing when refused.</summary>
    public required JobState State { get; init; }

    /// <summary>With <see cref="JobState.Dead"/>: why.</summary>
    public required DeadReason Reason { get; init; }

    /// <summary>What its handler gave.</summary>
    public required ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>The last attempt's error, or what to do about the refusal.</summary>
    public required string? Error { get; init; }

    /// <summary>How many of its runs were lost with their worker and run again.</summary>
    public required int LostRuns { get; init; }

    /// <summary>The worker of the last attempt; empty if it never ran.</summary>
    public required string Worker { get; init; }

    /// <summary>True: the handler succeeded and <see cref="Result"/> is recorded.</summary>
    public bool Succeeded => Code == RefusalCode.None && State == JobState.Succeeded;
}
