using ActorBalancer.Simulator;

namespace ActorBalancer.Node.Predict;

/// <summary>A strategy in what <c>simulate --json</c> prints. Times are in mean service times at speed 1.</summary>
/// <param name="Strategy">Its id.</param>
/// <param name="Binding"><c>early</c> or <c>late</c>.</param>
/// <param name="Weights"><c>static</c> or <c>learned</c>.</param>
/// <param name="Response">From arrival to end.</param>
/// <param name="Wait">From arrival to start.</param>
/// <param name="PWait">The share of jobs that did not start at once.</param>
/// <param name="Slowdown">Of the response time over the job's own service time; null where it is infinite.</param>
/// <param name="Utilisation">Work done, over what all workers could do.</param>
/// <param name="Makespan">From the first arrival to the end of the last job.</param>
/// <param name="Shares">Of the jobs, by worker.</param>
/// <param name="Overloaded">Workers that were given more than they can do; with one of them the times mean nothing.</param>
internal sealed record SimulateReport(
    string Strategy, string Binding, string Weights, TimeReport Response, TimeReport Wait, double PWait, MeanReport? Slowdown, double Utilisation, double Makespan,
    double[] Shares, IReadOnlyList<OverloadedWorker> Overloaded)
{
    public static SimulateReport Of(StrategyFigures figures) => new(
        figures.Strategy, StrategyNames.Text(figures.Binding), StrategyNames.Text(figures.Weights), TimeReport.Of(figures.Response), TimeReport.Of(figures.Wait), figures.WaitShare.Mean,
        figures.Slowdown is { } slowdown ? new MeanReport(slowdown.Mean, slowdown.HalfWidth) : null, figures.Utilisation.Mean, figures.Makespan,
        figures.Shares, figures.Overloaded);
}

/// <summary>A mean with half of its 95% interval, which a single run does not tell.</summary>
internal sealed record MeanReport(double Mean, double? HalfWidth);

/// <summary>Times: the mean, and what half, 95%, 99% and 99.9% of the jobs did not exceed.</summary>
internal sealed record TimeReport(double Mean, double? HalfWidth, double P50, double P95, double P99, double P999, double? P99HalfWidth)
{
    public static TimeReport Of(TimeFigures times) => new(
        times.Mean.Mean, times.Mean.HalfWidth, times.Quantiles[0], times.Quantiles[1], times.Quantiles[2], times.Quantiles[3], times.QuantileHalfWidths[2]);
}
