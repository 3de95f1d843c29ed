namespace ActorBalancer.Options;

/// <summary>How a router sends jobs, and when it gives up a worker.</summary>
public sealed record RouterOptions
{
    /// <summary>Jobs in one message to a worker, at most.</summary>
    public required int BatchJobs { get; init; }

    /// <summary>Bytes of one message to a worker, at most; a larger job travels alone.</summary>
    public required int BatchBytes { get; init; }

    /// <summary>Silence of a removed worker after which its jobs run elsewhere, where nothing proves that its process ended.</summary>
    public required TimeSpan SilenceRequeue { get; init; }

    /// <summary>Crashes of the worker under one job after which the job is dead, <c>poisoned</c>.</summary>
    public required int PoisonCrashes { get; init; }

    /// <summary>How long this node owns its queues after the last renewal in the store; it renews every second.</summary>
    public required TimeSpan LeaseTime { get; init; }

    /// <summary>The longest pause between two statements of a router's state to a worker.</summary>
    public required TimeSpan StateInterval { get; init; }
}
