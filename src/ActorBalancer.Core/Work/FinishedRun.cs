namespace ActorBalancer.Work;

/// <summary>How one run ended, as the worker says it. Numbered on its link by position, from the report's first number.</summary>
internal struct FinishedRun
{
    public RunToken Token;
    public long Key;

    /// <summary><see cref="AttemptOutcome.Released"/> with <see cref="StartedUnixMs"/> 0: it never started.</summary>
    public AttemptOutcome Outcome;

    /// <summary>With <see cref="AttemptOutcome.Retry"/>: milliseconds, -1 for the queue's backoff.</summary>
    public long RetryAfterMs;

    public long StartedUnixMs;

    /// <summary>How long the handler ran, in microseconds.</summary>
    public long DurationMicros;

    public ReadOnlyMemory<byte> Result;

    /// <summary>Message of the exception, or the handler's reason; at most 4,096 characters.</summary>
    public string? Error;

    /// <summary>Jobs to be stored together with this outcome; null: none.</summary>
    public JobBatch? Submits;

    /// <summary>Stands where an outcome was that another router is told; of no run.</summary>
    public readonly bool IsNothing => Token.Incarnation == 0;

    public static FinishedRun Nothing(long key) => new() { Key = key, Outcome = AttemptOutcome.Released, RetryAfterMs = -1 };
}
