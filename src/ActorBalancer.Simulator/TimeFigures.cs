using ActorBalancer.Simulator.Engine;

namespace ActorBalancer.Simulator;

/// <summary>Response times or waits, over all runs.</summary>
/// <param name="Mean">With its interval.</param>
/// <param name="Quantiles">At <see cref="RunFigures.Shown"/>, of the jobs of all runs together.</param>
/// <param name="QuantileHalfWidths">From the quantiles of each run; null each: a single run.</param>
/// <param name="Times">All of them.</param>
internal sealed record TimeFigures(Estimate Mean, double[] Quantiles, double?[] QuantileHalfWidths, Histogram Times)
{
    public static TimeFigures Of(IReadOnlyList<double> means, IReadOnlyList<double[]> quantiles, Histogram times) => new(
        Estimate.Of(means),
        [.. RunFigures.Shown.Select(times.Quantile)],
        [.. RunFigures.Shown.Select((_, i) => Estimate.Of(quantiles.Select(q => q[i])).HalfWidth)],
        times);
}
