using System.Globalization;
using ActorBalancer.Node.Tools;
using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Charts;

namespace ActorBalancer.Node.Predict;

/// <summary>Strategies side by side, and their response times as one picture.</summary>
internal static class SimulateScreen
{
    private const int PipeWidth = 100;

    public static void Write(Screen screen, string title, SimulationOptions options, StrategyFigures[] rows)
    {
        screen.Line($"{title}.");
        long jobs = Math.Min(options.Jobs, options.Arrivals.Count ?? long.MaxValue);
        screen.Line($"{Words.Count(options.Replications, "run")} of {Words.Count(jobs, "job")}; times in mean service times at speed 1, +- with 95% confidence.");
        screen.Line("");
        screen.Show(Table(options, rows));
        if (options.Workers.Count > 1)
        {
            screen.Line("");
            screen.Show(Shares(options, rows));
        }
        StrategyFigures[] steady = [.. rows.Where(r => r.Overloaded.Count == 0)];
        if (steady.Length == 0) return;
        screen.Line("");
        screen.Line("Response times");
        int width = screen.IsRich ? Math.Min(Screen.Ansi.Profile.Width, 160) : PipeWidth;
        foreach (string line in TextChart.Lines(steady, width)) screen.Line(line);
        screen.Line(TextChart.Key);
    }

    /// <summary>A sentence for each strategy that gives some workers too much.</summary>
    public static IEnumerable<string> Warnings(IEnumerable<StrategyFigures> rows) =>
        from row in rows
        where row.Overloaded.Count > 0
        let worst = row.Overloaded.MaxBy(o => o.Load)!
        let others = row.Overloaded.Count == 1 ? "" : $" and {Words.Count(row.Overloaded.Count - 1, "other")} more than they can do"
        select string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Strategy} is unstable: it gives {worst.Worker} (speed {worst.Speed}) {worst.Load * 100:0.#}% of what it can do{others}, so lines grow as long as jobs arrive and the times say nothing.");

    private static Sheet Table(SimulationOptions options, StrategyFigures[] rows)
    {
        string last = options.IsStory ? "makespan" : "used";
        Sheet sheet = new(
            "strategy", "binding", Column.Number("mean"), Column.Number("+-"), Column.Number("p50"), Column.Number("p95"), Column.Number("p99"),
            Column.Number("p99.9"), Column.Number("wait"), Column.Number("p(wait)"), Column.Number("slowdown"), Column.Number(last));
        foreach (StrategyFigures row in rows)
        {
            string[] times = row.Overloaded.Count > 0
                ? ["unstable", "-", "-", "-", "-", "-", "-", "-", "-"]
                :
                [
                    Time(row.Response.Mean.Mean), Time(row.Response.Mean.HalfWidth), Time(row.Response.Quantiles[0]), Time(row.Response.Quantiles[1]),
                    Time(row.Response.Quantiles[2]), Time(row.Response.Quantiles[3]), Time(row.Wait.Mean.Mean), Share(row.WaitShare.Mean),
                    row.Slowdown is { } slowdown ? Time(slowdown.Mean) : "infinite",
                ];
            sheet.Add([row.Strategy, StrategyNames.Text(row.Binding), .. times, options.IsStory ? Time(row.Makespan) : Share(row.Utilisation.Mean)]);
        }
        return sheet;
    }

    private static Sheet Shares(SimulationOptions options, StrategyFigures[] rows)
    {
        Sheet sheet = new(["jobs of a worker", .. options.Workers.Select(w => Column.Number(string.Create(CultureInfo.InvariantCulture, $"{w.Count}x{w.Speed}:{w.Weight}")))]);
        foreach (StrategyFigures row in rows)
        {
            int from = 0;
            List<string> cells = [row.Strategy];
            foreach (int count in options.Workers.Select(w => w.Count))
            {
                cells.Add((row.Shares.AsSpan(from, count).ToArray().Average() * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%");
                from += count;
            }
            sheet.Add([.. cells]);
        }
        return sheet;
    }

    /// <summary>Four digits, or three behind the point.</summary>
    private static string Time(double? time) => time is { } t ? t.ToString(t < 1_000 ? "0.000" : "0.#", CultureInfo.InvariantCulture) : "-";

    private static string Share(double share) => share.ToString("0.0000", CultureInfo.InvariantCulture);
}
