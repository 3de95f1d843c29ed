using System.Globalization;
using ActorBalancer.Node.Tools;
using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Charts;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Node.Predict;

/// <summary>Strategies side by side, and their response times as one picture.</summary>
internal static class SimulateScreen
{
    private const int PipeWidth = 80;

    public static void Write(Screen screen, string title, SimulationOptions options, StrategyFigures[] rows)
    {
        screen.Line($"{title}.");
        long jobs = Math.Min(options.Jobs, options.Arrivals.Count ?? long.MaxValue);
        screen.Line($"{Words.Count(options.Replications, "run")} of {Words.Count(jobs, "job")}; times in mean service times at speed 1{Unit(options.Service)}, +- with 95% confidence.");
        string[] learners = [.. rows.Where(r => r.Weights == WeightSource.Learned).Select(r => r.Strategy)];
        if (learners.Length > 0)
            screen.Line($"Not told how fast the workers are, and learning it: {string.Join(", ", learners)}.");
        screen.Line("");
        screen.Show(Responses(rows));
        screen.Line("");
        screen.Show(Rest(options, rows));
        StrategyFigures[] steady = [.. rows.Where(r => r.Overloaded.Count == 0)];
        if (steady.Length == 0) return;
        screen.Line("");
        screen.Line("Response times");
        int width = screen.IsRich ? Math.Min(Screen.Ansi.Profile.Width, 160) : PipeWidth;
        foreach (string line in TextChart.Lines(steady, width)) screen.Line(line);
        screen.Line(TextChart.Key);
    }

    /// <summary>What the unit of time is where the service times were recorded.</summary>
    public static string Unit(ServiceLaw service) =>
        service is RecordedService recorded ? string.Create(CultureInfo.InvariantCulture, $" ({recorded.Trace.MeanService:0.######} s)") : "";

    /// <summary>A sentence for each strategy that gives some workers too much.</summary>
    public static IEnumerable<string> Warnings(IEnumerable<StrategyFigures> rows) =>
        from row in rows
        where row.Overloaded.Count > 0
        let worst = row.Overloaded.MaxBy(o => o.Load)!
        let others = row.Overloaded.Count == 1 ? "" : $", and {Words.Count(row.Overloaded.Count - 1, "other")} too much as well"
        select string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Strategy} is unstable: it gives {worst.Worker} (speed {worst.Speed}) {worst.Load * 100:0.#}% of what it can do{others}. Lines grow as long as jobs arrive, so the times say nothing.");

    private static Sheet Responses(StrategyFigures[] rows)
    {
        Sheet sheet = new(
            "strategy", "binding", Column.Number("mean"), Column.Number("+-"), Column.Number("p50"), Column.Number("p95"), Column.Number("p99"), Column.Number("p99.9"));
        foreach (StrategyFigures row in rows)
        {
            string[] times = row.Overloaded.Count > 0
                ? ["unstable", .. new string[5]]
                : [Time(row.Response.Mean.Mean), Time(row.Response.Mean.HalfWidth), .. row.Response.Quantiles.Select(q => Time(q))];
            sheet.Add([row.Strategy, StrategyNames.Text(row.Binding), .. times]);
        }
        return sheet;
    }

    /// <summary>Waits and shares; the jobs of a worker only where there are several kinds of workers.</summary>
    private static Sheet Rest(SimulationOptions options, StrategyFigures[] rows)
    {
        WorkerGroup[] groups = options.Workers.Count > 1 ? [.. options.Workers] : [];
        Sheet sheet = new(
        [
            "strategy", Column.Number("wait"), Column.Number("p(wait)"), Column.Number("slowdown"), Column.Number(options.IsStory ? "makespan" : "used"),
            .. groups.Select(g => Column.Number(string.Create(CultureInfo.InvariantCulture, $"of {g.Count}x{g.Speed}"))),
        ]);
        foreach (StrategyFigures row in rows)
        {
            string[] waits = row.Overloaded.Count > 0
                ? new string[3]
                : [Time(row.Wait.Mean.Mean), Share(row.WaitShare.Mean), row.Slowdown is { } slowdown ? Time(slowdown.Mean) : "infinite"];
            int from = 0;
            IEnumerable<string> shares = groups.Select(g => Percent(row.Shares.AsSpan((from += g.Count) - g.Count, g.Count)));
            sheet.Add([row.Strategy, .. waits, options.IsStory ? Time(row.Makespan) : Share(row.Utilisation.Mean), .. shares]);
        }
        return sheet;
    }

    /// <summary>Of the jobs, for all workers of a group together.</summary>
    private static string Percent(ReadOnlySpan<double> shares)
    {
        double sum = 0;
        foreach (double share in shares) sum += share;
        return (sum * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";
    }

    /// <summary>Four digits, or three behind the point.</summary>
    private static string Time(double? time) => time is { } t ? t.ToString(t < 1_000 ? "0.000" : "0.#", CultureInfo.InvariantCulture) : "-";

    private static string Share(double share) => share.ToString("0.0000", CultureInfo.InvariantCulture);
}
