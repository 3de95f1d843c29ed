namespace ActorBalancer.Simulator.Engine;

/// <summary>What came out of one run.</summary>
internal sealed record RunFigures
{
    /// <summary>The shares of the quantiles, in the order in which they are given.</summary>
    public static readonly double[] Shown = [0.5, 0.95, 0.99, 0.999];

    public required double MeanResponse { get; init; }

    public required double MeanWait { get; init; }

    /// <summary>The share of jobs that did not start at once.</summary>
    public required double WaitShare { get; init; }

    /// <summary>Of the response time over the job's own service time at speed 1.</summary>
    public required double MeanSlowdown { get; init; }

    /// <summary>Work done, over what the fleet could have done.</summary>
    public required double Utilisation { get; init; }

    /// <summary>From the first arrival to the end of the last job.</summary>
    public required double Makespan { get; init; }

    public required double[] Responses { get; init; }

    public required double[] Waits { get; init; }

    /// <summary>By worker, of all jobs.</summary>
    public required double[] Shares { get; init; }

    /// <summary>By worker: the work that it was given, over what it could do meanwhile.</summary>
    public required double[] Loads { get; init; }

    /// <summary>All jobs, those too that are not in the figures.</summary>
    public required long Jobs { get; init; }
}
