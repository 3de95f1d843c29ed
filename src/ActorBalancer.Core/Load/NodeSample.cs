namespace ActorBalancer.Load;

/// <summary>What a node measured of itself, published once a second over the cluster's pub-sub.</summary>
internal sealed record NodeSample
{
    public required string Node { get; init; }

    /// <summary>0 on a node that is no worker.</summary>
    public required long WorkerIncarnation { get; init; }

    /// <summary>The process's share of the processors that it may use, 0 to 1.</summary>
    public required double Cpu { get; init; }

    /// <summary>The process's resident memory in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The memory it may use in bytes: the container's limit or the machine's.</summary>
    public required long MemoryLimitBytes { get; init; }

    public required int Running { get; init; }

    public required int Queued { get; init; }

    /// <summary>Jobs finished since the start.</summary>
    public required long Finished { get; init; }

    /// <summary>Mean service time of the jobs that finished since the last sample, microseconds; 0 if none did.</summary>
    public required long ServiceMicros { get; init; }

    public required long UnixMs { get; init; }
}
