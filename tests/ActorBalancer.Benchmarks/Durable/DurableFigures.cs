namespace ActorBalancer.Benchmarks.Durable;

/// <summary>A whole run, in the shape of its JSON.</summary>
internal sealed record DurableFigures
{
    public required string Store { get; init; }

    public required OurFigures Ours { get; init; }

    /// <summary>Null: they were not asked for.</summary>
    public required PeerComparison? Peers { get; init; }

    public required string Machine { get; init; }

    public required DateOnly Date { get; init; }

    /// <summary>The machine's load average when the run began: what others did on it.</summary>
    public required double? LoadBefore { get; init; }
}

/// <summary>Ours.</summary>
internal sealed record OurFigures
{
    /// <summary>Submitted, committed, run, committed and known to the client; the median of the rounds.</summary>
    public required double JobsPerS { get; init; }

    /// <summary>Of <see cref="OneAtATime"/>, from submit to start.</summary>
    public required double P50Ms { get; init; }

    public required double P99Ms { get; init; }

    public required long VerifiedJobs { get; init; }

    /// <summary>A job at full speed, from its submit to its known end.</summary>
    public required double UnderLoadP50Ms { get; init; }

    public required double UnderLoadP99Ms { get; init; }

    public required LatencyFigures OneAtATime { get; init; }

    /// <summary>5,000 a second from 16 clients, each submitting one by one.</summary>
    public required LatencyFigures Paced { get; init; }

    /// <summary>Microseconds of processor time a job at full speed; null where the system does not tell.</summary>
    public required ProcessorFigures? CpuUsPerJob { get; init; }
}

/// <summary>Milliseconds from submit to accepted and to the start of the handler.</summary>
internal sealed record LatencyFigures(
    int Jobs, double JobsPerS, double AcceptedP50Ms, double AcceptedP99Ms, double StartP50Ms, double StartP99Ms);

/// <summary>
/// Who used the processors: the process of client and router without its store's thread, the store there (SQLite), the three
/// worker processes, the database server.
/// </summary>
internal sealed record ProcessorFigures(double Router, double Store, double Workers, double Server);

/// <summary>The peers; one is null where it could not be measured.</summary>
internal sealed record PeerComparison(PeerFigures? Hangfire, PeerFigures? GraphileDefault, PeerFigures? GraphileTuned);

/// <summary>A peer.</summary>
/// <param name="JobsPerS">Added, run and done with, added while it runs them.</param>
/// <param name="Ratio">Ours over that.</param>
/// <param name="RunPerS">Only run and done with: jobs that were all there before.</param>
/// <param name="RatioRun">Ours, which are submitted as well, over that.</param>
/// <param name="Jobs">In each of the two measurements.</param>
internal sealed record PeerFigures(double JobsPerS, double Ratio, double RunPerS, double RatioRun, int Jobs);
