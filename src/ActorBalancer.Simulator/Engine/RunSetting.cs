using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Engine;

/// <summary>Who decides over whom: what the runs of one strategy have in common.</summary>
internal sealed record RunSetting
{
    public required SimulatedWorker[] Workers { get; init; }

    public required string Strategy { get; init; }

    public required Binding Binding { get; init; }

    public StrategyOptions Options { get; init; } = StrategyOptions.Default;

    /// <summary>Which share the workers; each job goes to one of them, drawn with equal odds.</summary>
    public int Routers { get; init; } = 1;

    /// <summary>How old the counts of jobs in flight are that the strategies see.</summary>
    public double Delay { get; init; }
}
