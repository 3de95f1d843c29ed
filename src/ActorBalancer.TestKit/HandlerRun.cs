namespace ActorBalancer.Testing;

/// <summary>How one handler ended that <see cref="TestBalancer.RunHandlerAsync"/> called.</summary>
public sealed record HandlerRun
{
    /// <summary><c>Succeeded</c>, <c>Retry</c>, <c>Discarded</c> or <c>Failed</c>.</summary>
    public required AttemptOutcome Outcome { get; init; }

    /// <summary>With <c>Retry</c>: how long to wait; null: as the queue says.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Why it is tried again, was discarded or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>What it threw; null: nothing.</summary>
    public Exception? Exception { get; init; }

    /// <summary>The result's bytes.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>What it submitted by <see cref="JobContext.Submit"/>: accepted with a success or discard, so empty otherwise.</summary>
    public required IReadOnlyList<SubmittedJob> Submitted { get; init; }

    /// <summary>How long it took, in virtual time.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Reads the result as JSON.</summary>
    /// <exception cref="TestBalancerException">The handler did not succeed.</exception>
    /// <exception cref="System.Text.Json.JsonException">The bytes are no JSON of that type.</exception>
    public T? Read<T>() => Outcome == AttemptOutcome.Succeeded
        ? JobJson.Default.Read<T>(Result.Span)
        : throw new TestBalancerException($"The handler gave no result: {Outcome}{(Reason is null ? "" : ", " + Reason)}.");
}
