using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Planning;

/// <summary>
/// Looks for the smallest fleet of each strategy: doubles what is added to the least that can do the work until the target holds, then
/// halves the gap. More workers for the same jobs make no time longer, but for chance. Where theory knows the 99th percentile, it decides.
/// </summary>
internal static class FleetPlanner
{
    /// <summary>One plan a strategy; none has workers where the target is below what an idle fleet gives.</summary>
    /// <exception cref="SimulationException">The options are wrong.</exception>
    public static FleetPlan[] Plan(PlanOptions options, CancellationToken stop = default)
    {
        options.Check();
        return [.. options.Strategies.Select(strategy => PlanOne(options, strategy, stop))];
    }

    private static FleetPlan PlanOne(PlanOptions options, string strategy, CancellationToken stop)
    {
        StrategyCatalog.TryGet(strategy, out var info);
        Binding binding = options.Binding ?? info!.DefaultBinding;
        FleetPlan none = new(strategy, binding, null, null, null, null);
        if (options.TargetP99 < options.IdleP99) return none;
        int tooFew = options.Least() - 1;
        int enough = options.Least();
        for (int added = 1; !Holds(enough); added *= 2)
        {
            if (enough == PlanOptions.MostWorkers) return none;
            tooFew = enough;
            enough = Math.Min(enough + added, PlanOptions.MostWorkers);
        }
        while (enough - tooFew > 1)
        {
            int middle = tooFew + ((enough - tooFew) / 2);
            if (Holds(middle)) enough = middle;
            else tooFew = middle;
        }
        double load = options.Rate / options.With(enough, strategy).Capacity;
        return new FleetPlan(strategy, binding, enough, load, Known(enough), Simulate(enough));

        StrategyFigures Simulate(int workers) => Simulation.Run(options.With(workers, strategy), stop)[0];

        KnownTimes? Known(int workers) => KnownTimes.Of(options, workers, strategy, binding);

        // What is exact leaves nothing to chance; the rest is tried.
        bool Holds(int workers) => Known(workers)?.P99 is { } exact
            ? exact <= options.TargetP99
            : Simulate(workers) is { Overloaded.Count: 0 } simulated && simulated.Response.Quantiles[2] <= options.TargetP99;
    }
}
