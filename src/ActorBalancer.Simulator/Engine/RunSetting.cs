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

    /// <summary>Whether the workers' weights stay, or are multiplied by what each router learns of their speeds.</summary>
    public WeightSource Weights { get; init; }

    /// <summary>How many seconds a mean service time has. Learning goes by seconds.</summary>
    public double ServiceSeconds { get; init; } = 1;

    /// <summary>Which share the workers; each job goes to one of them, drawn with equal odds.</summary>
    public int Routers { get; init; } = 1;

    /// <summary>How old the counts of jobs in flight are that the strategies see.</summary>
    public double Delay { get; init; }

    /// <summary>In order of time.</summary>
    public IReadOnlyList<SpeedChange> Changes { get; init; } = [];

    /// <summary>Breaks what routers know of the workers, for tests that must be able to fail.</summary>
    public ViewFault Fault { get; init; }

    /// <summary>Whether something happens once a second.</summary>
    public bool HasBeat => Weights == WeightSource.Learned || (StrategyCatalog.TryGet(Strategy, out StrategyInfo? info) && info.SeesOthers && Routers > 1);
}
