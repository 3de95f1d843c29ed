namespace ActorBalancer.Cluster.Router;

/// <summary>Something that happened at a router and that a dashboard shows.</summary>
internal abstract record BalancerEvent
{
    /// <summary>Larger than that of every earlier event, over restarts too; given by the <see cref="EventFeed"/>. Fits in a double.</summary>
    public long Id { get; init; }

    /// <summary>When, by the router's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>A job became final, or waits for another attempt.</summary>
    /// <param name="Job">Which.</param>
    /// <param name="Queue">Its queue.</param>
    /// <param name="Kind">Its kind.</param>
    /// <param name="State">Where it is now.</param>
    /// <param name="Worker">Of its newest attempt; null if it never ran.</param>
    /// <param name="Reason">With <see cref="JobState.Dead"/>: why.</param>
    internal sealed record OfJob(JobId Job, string Queue, string Kind, JobState State, string? Worker, DeadReason Reason) : BalancerEvent;

    /// <summary>A worker's state changed.</summary>
    internal sealed record OfWorker(string Worker, WorkerState State) : BalancerEvent;

    /// <summary>A queue was made or changed; what it is like now.</summary>
    /// <param name="Queue">Which.</param>
    /// <param name="Change"><c>created</c>, <c>paused</c>, <c>resumed</c> or <c>strategy</c>.</param>
    /// <param name="Strategy">The strategy's id.</param>
    /// <param name="Binding">When jobs are bound to workers.</param>
    internal sealed record OfQueue(string Queue, string Change, string Strategy, Strategies.Binding Binding) : BalancerEvent;
}
