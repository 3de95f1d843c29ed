namespace ActorBalancer.Work;

/// <summary>
/// All that a router ever says to a worker on their link: absolutes, and jobs if there are any. Sent with every
/// assignment, after a commit that no assignment follows, and once a second when idle, so that loss, doubling and
/// reordering heal by themselves (rule 7 of the protocol).
/// </summary>
internal sealed class AssignBatch
{
    public required long RouterIncarnation { get; init; }

    public required long WorkerIncarnation { get; init; }

    /// <summary>The number of this batch on the link, from 1 without gaps; 0 when it carries no jobs.</summary>
    public required long Number { get; init; }

    /// <summary>The number of the newest batch that carried jobs. A worker that has seen less says so and gets the gap again.</summary>
    public required long LastNumber { get; init; }

    /// <summary>The number of the newest report that the router has read; the worker measures its round trip by it.</summary>
    public required long ReportSeen { get; init; }

    /// <summary>Outcomes up to this number are committed: the worker may forget them (checkpoint 2).</summary>
    public required long OutcomesCommitted { get; init; }

    /// <summary>Runs to cancel; repeated until their outcome arrives.</summary>
    public RunToken[] Cancels { get; init; } = [];

    /// <summary>The router wants the worker to take no new jobs.</summary>
    public bool Drain { get; init; }

    public AssignedJob[] Jobs { get; init; } = [];
}
