using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Planning;

/// <summary>The smallest fleet that holds the target under a strategy.</summary>
/// <param name="Strategy">Its id.</param>
/// <param name="Binding">When it picks.</param>
/// <param name="Workers">How many; null: no fleet up to the largest one that is tried.</param>
/// <param name="Load">The work over what they can do.</param>
/// <param name="Known">What theory says of that fleet; null where no formula is exact.</param>
/// <param name="Simulated">What the simulation says of it.</param>
internal sealed record FleetPlan(string Strategy, Binding Binding, int? Workers, double? Load, KnownTimes? Known, StrategyFigures? Simulated);
