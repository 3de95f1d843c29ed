namespace ActorBalancer.Dispatch;

/// <summary>A router's figures at one moment, for whoever measures; belongs to nobody, so any thread may read it.</summary>
internal sealed class DispatchFigures
{
    public required QueueFigures[] Queues { get; init; }

    public required WorkerFigures[] Workers { get; init; }

    /// <summary>Jobs refused, by <see cref="RefusalCode"/>.</summary>
    public required long[] Refused { get; init; }

    public required long StaleOutcomes { get; init; }

    /// <summary>Outcomes of jobs that were final already by the store; dropped.</summary>
    public required long DuplicateOutcomes { get; init; }

    /// <summary>Jobs that run or could run now if there were a slot for each: what an autoscaler divides by the slots of a worker.</summary>
    public long WantedSlots => Queues.Sum(q => q.Running + q.Runnable);
}

/// <param name="Name">The queue's.</param>
/// <param name="Waiting">All that wait for something else than their time.</param>
/// <param name="Runnable">Of those, the ones that a free slot would run: not behind an earlier job of their source, nor paused.</param>
/// <param name="Running">Jobs at workers.</param>
/// <param name="Scheduled">Jobs that wait for their time.</param>
/// <param name="Dead">Jobs given up.</param>
/// <param name="Counts">Since the incarnation began.</param>
internal readonly record struct QueueFigures(string Name, long Waiting, long Runnable, long Running, long Scheduled, long Dead, QueueCounts Counts);

internal readonly record struct WorkerFigures(WorkerState State, int Slots, int InFlight, long Credit);
