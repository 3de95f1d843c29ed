namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>What one contender reached.</summary>
internal sealed record Figures
{
    /// <summary>Verified jobs a second, the median of the rounds.</summary>
    public required double JobsPerS { get; init; }

    public required double P50Ms { get; init; }

    public required double P99Ms { get; init; }

    /// <summary>In the process of client and router.</summary>
    public required double AllocBytesPerJob { get; init; }

    /// <summary>The turns of the router actor; null where there is none.</summary>
    public required double? RouterCpuNsPerJob { get; init; }

    /// <summary>Of all processes together.</summary>
    public required double CpuNsPerJob { get; init; }

    public required long VerifiedJobs { get; init; }
}

/// <summary>Round trips with one job under way, medians in milliseconds, and ours over the peer's.</summary>
internal sealed record OneOutstanding(double OursP50Ms, double PeerAskP50Ms, double Ratio);

/// <summary>The whole comparison, in the shape of its JSON.</summary>
internal sealed record Comparison(Figures Ours, Figures Peer, Figures PeerBatched, double Ratio, OneOutstanding OneOutstanding);
