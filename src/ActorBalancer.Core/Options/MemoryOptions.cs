namespace ActorBalancer.Options;

/// <summary>Bounds of the memory store, so that a full queue is an answer and not the end of the process.</summary>
public sealed record MemoryOptions
{
    /// <summary>Jobs that may wait, over all queues; one more is refused with <c>queue_full</c>.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>Finished jobs that stay readable; the oldest is forgotten first.</summary>
    public required int KeepFinished { get; init; }

    /// <summary>
    /// Bytes of results that stay readable, and as many again of payloads of jobs that did not succeed, kept for retries; the oldest is
    /// forgotten first.
    /// </summary>
    public required long KeepResultBytes { get; init; }
}
