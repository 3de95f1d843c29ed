using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator;

/// <summary>What a strategy made of the jobs.</summary>
internal sealed record StrategyFigures
{
    public required string Strategy { get; init; }

    public required Binding Binding { get; init; }

    public required WeightSource Weights { get; init; }

    public required TimeFigures Response { get; init; }

    public required TimeFigures Wait { get; init; }

    /// <summary>The share of jobs that did not start at once.</summary>
    public required Estimate WaitShare { get; init; }

    /// <summary>Null where it is infinite: the shortest jobs are so short that any wait is too long for them.</summary>
    public required Estimate? Slowdown { get; init; }

    public required Estimate Utilisation { get; init; }

    public required double Makespan { get; init; }

    /// <summary>By worker.</summary>
    public required double[] Shares { get; init; }

    /// <summary>Workers that were given more than they can do: their lines grow as long as jobs arrive, and the times with them.</summary>
    public required IReadOnlyList<OverloadedWorker> Overloaded { get; init; }

    /// <summary>Jobs that were simulated, the uncounted ones too.</summary>
    public required long Jobs { get; init; }
}
