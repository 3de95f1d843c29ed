namespace ActorBalancer.Work;

/// <summary>
/// All that a worker says to a router on their link after the hello: absolutes, and the outcomes that are not committed
/// yet. One a second when idle; with outcomes as they come, batched. Credit is cumulative: the number of jobs that the
/// router may ever have sent on this link.
/// </summary>
internal sealed class WorkerReport
{
    public required long WorkerIncarnation { get; init; }

    public required long RouterIncarnation { get; init; }

    /// <summary>The number of this report on the link, from 1; an older one than the newest read is dropped.</summary>
    public required long Number { get; init; }

    /// <summary>The highest batch up to which none is missing.</summary>
    public required long BatchSeen { get; init; }

    public required long Credit { get; init; }

    /// <summary>The number of the first outcome in <see cref="Outcomes"/>; numbers start at 1.</summary>
    public required long FirstOutcome { get; init; }

    public FinishedRun[] Outcomes { get; init; } = [];

    /// <summary>Everything the worker holds for this router, in the one-a-second reports; null in the light ones.</summary>
    public HeldRun[]? Held { get; init; }

    public bool Draining { get; init; }

    /// <summary>Jobs in slots, for all routers.</summary>
    public int Running { get; init; }

    /// <summary>Jobs that wait for a slot, for all routers.</summary>
    public int Queued { get; init; }
}
