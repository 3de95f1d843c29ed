namespace ActorBalancer;

/// <summary>Where a worker stands with a router.</summary>
public enum WorkerState
{
    /// <summary>It is in the cluster but has not said hello.</summary>
    Joining,

    /// <summary>It gets jobs.</summary>
    Up,

    /// <summary>It cannot be reached; no new jobs, its running ones are kept for a while.</summary>
    Silent,

    /// <summary>It finishes what it has and takes nothing new.</summary>
    Draining,

    /// <summary>It failed too often and is left alone for a while.</summary>
    Ejected,

    /// <summary>It left or died.</summary>
    Gone,
}
