using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Planning;

namespace ActorBalancer.Node.Predict;

/// <summary>What <c>plan --json</c> prints. Times are in mean service times at speed 1.</summary>
/// <param name="Rate">Arrivals a mean service time.</param>
/// <param name="TargetP99">What 99 of 100 jobs may not exceed.</param>
/// <param name="IdleP99">What they do not exceed where nobody waits; a target below it cannot be held.</param>
/// <param name="Reachable">Whether any strategy holds the target.</param>
/// <param name="Plans">One a strategy.</param>
internal sealed record PlanReport(double Rate, double TargetP99, double IdleP99, bool Reachable, IReadOnlyList<PlanLine> Plans)
{
    public static PlanReport Of(PlanOptions options, FleetPlan[] plans) => new(
        options.Rate, options.TargetP99, options.IdleP99, plans.Any(p => p.Workers is not null), [.. plans.Select(p => PlanLine.Of(options, p))]);
}

/// <summary>The smallest fleet under a strategy; all null where none holds the target.</summary>
/// <param name="Strategy">Its id.</param>
/// <param name="Binding"><c>early</c> or <c>late</c>.</param>
/// <param name="Workers">How many.</param>
/// <param name="RatePerWorker">Arrivals of each: R/S.</param>
/// <param name="Load">The work over what they can do.</param>
/// <param name="Formula">What theory says; null where no formula is exact.</param>
/// <param name="Simulated">What the simulation says.</param>
internal sealed record PlanLine(string Strategy, string Binding, int? Workers, double? RatePerWorker, double? Load, PlanFormula? Formula, PlanTimes? Simulated)
{
    public static PlanLine Of(PlanOptions options, FleetPlan plan) => new(
        plan.Strategy, StrategyNames.Text(plan.Binding), plan.Workers, options.Rate / plan.Workers, plan.Load,
        plan.Known is { } known ? new PlanFormula(known.Formula, known.Mean, known.P99) : null,
        plan.Simulated is { } simulated ? PlanTimes.Of(simulated.Response) : null);
}

/// <summary>Response times by a formula, the 99th percentile where it has one.</summary>
internal sealed record PlanFormula(string Name, double Mean, double? P99);

/// <summary>Simulated response times.</summary>
internal sealed record PlanTimes(double Mean, double? HalfWidth, double P99, double? P99HalfWidth)
{
    public static PlanTimes Of(TimeFigures times) => new(times.Mean.Mean, times.Mean.HalfWidth, times.Quantiles[2], times.QuantileHalfWidths[2]);
}
