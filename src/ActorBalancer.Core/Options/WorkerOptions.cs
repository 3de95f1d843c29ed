namespace ActorBalancer.Options;

/// <summary>How a worker runs jobs, how far it lets routers send ahead, and what it does when it hears of none.</summary>
public sealed record WorkerOptions
{
    /// <summary>Jobs that run at once. 0: one a core.</summary>
    public required int Slots { get; init; }

    /// <summary>The share of jobs among workers, where the strategy knows weights. Null: the slots. 0: no new jobs.</summary>
    public required double? Weight { get; init; }

    /// <summary>How long running jobs get to end when the node stops; what still runs then is handed back.</summary>
    public required TimeSpan Drain { get; init; }

    /// <summary>Jobs that routers may send ahead of the slots, at most.</summary>
    public required int PrefetchJobs { get; init; }

    /// <summary>Payload bytes that routers may send ahead of the slots, at most.</summary>
    public required int PrefetchBytes { get; init; }

    /// <summary>Work, in measured time, that routers may send ahead of the slots, at most.</summary>
    public required TimeSpan PrefetchWork { get; init; }

    /// <summary>How long a job may lie unstarted behind a long one before it is handed back to its router.</summary>
    public required TimeSpan HandBack { get; init; }

    /// <summary>Time without contact to a router after which the worker cancels that router's jobs (monotonic clock).</summary>
    public required TimeSpan ContactLease { get; init; }

    /// <summary>Time without any router after which our executable ends, so that its supervisor starts it afresh.</summary>
    public required TimeSpan NoRouterExit { get; init; }

    /// <summary>The longest pause between two reports to a router.</summary>
    public required TimeSpan ReportInterval { get; init; }

    /// <summary>
    /// A small file that tells the next process what ran when this one died. Empty: beside the SQLite file where the node is a router, too,
    /// and none elsewhere.
    /// </summary>
    public required string SlotsFile { get; init; }

    /// <summary>What the kind <c>exec</c> may run here.</summary>
    public required ExecOptions Exec { get; init; }

    /// <summary>What the kind <c>http</c> may call from here.</summary>
    public required CallOptions Http { get; init; }
}
