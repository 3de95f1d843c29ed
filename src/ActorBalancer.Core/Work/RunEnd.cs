namespace ActorBalancer.Work;

/// <summary>How a handler ended, as its slot's runner saw it.</summary>
internal struct RunEnd
{
    /// <summary>
    /// <see cref="AttemptOutcome.Cancelled"/>: it ended through its cancellation; the worker knows why it was cancelled.
    /// </summary>
    public AttemptOutcome Outcome;

    /// <summary>With <see cref="AttemptOutcome.Retry"/>: milliseconds, -1 for the queue's backoff.</summary>
    public long RetryAfterMs;

    public ReadOnlyMemory<byte> Result;
    public string? Error;

    /// <summary>Jobs that the handler submitted, to be stored together with its outcome; null: none.</summary>
    public JobBatch? Submits;
}
