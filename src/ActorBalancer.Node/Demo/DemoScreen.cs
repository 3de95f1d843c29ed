using System.Globalization;
using Spectre.Console;

namespace ActorBalancer.Node.Demo;

/// <summary>The demo as a person reads it. Piped, it is plain text without colours.</summary>
internal sealed class DemoScreen(IAnsiConsole console)
{
    // Sentences go past the console's own wrapping, which would break them at 80 characters in a pipe.
    private readonly TextWriter _lines = console.Profile.Out.Writer;

    public void Begin(string folder, int files, int jobs, IReadOnlyList<DemoWorker> workers)
    {
        string slots = string.Join(", ", workers.Select(w => w.Slots));
        _lines.WriteLine($"{files} files of {folder}; {jobs} jobs per strategy, each the SHA-256 of a file and 5 to 50 ms.");
        _lines.WriteLine($"1 router and {workers.Count} workers with {slots} slots, each a process; this one is their client.");
        _lines.WriteLine("A promised share with ~ is one that the strategy comes to in the long run only.");
    }

    public void Show(StrategyReport report, string binding)
    {
        Table table = NewTable("worker", "slots", "jobs", "share", "promised", "last job at");
        foreach (WorkerShare worker in report.Workers)
            table.AddRow(worker.Name, $"{worker.Slots}", $"{worker.Jobs}", Percent(worker.Share), Promised(report.Id, worker.Promised), Seconds(worker.LastEnd));
        _lines.WriteLine();
        console.MarkupLineInterpolated($"[bold]{report.Id}[/] ({binding} binding)");
        console.Write(table);
        _lines.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Jobs} jobs drained in {report.DrainS:0.00} s; response p50 {report.P50Ms:0} ms, p99 {report.P99Ms:0} ms; {report.Rerun} re-run"));
    }

    public void Show(KilledWorker killed)
    {
        string what = $"{killed.Worker} (process {killed.Pid}) was killed with SIGKILL while it ran {killed.Running} job{(killed.Running == 1 ? "" : "s")}";
        string cost = killed.RerunMs is { } last
            ? string.Create(CultureInfo.InvariantCulture, $"{killed.Reruns} ran again, the first {killed.FirstRerunMs:0} ms and the last {last:0} ms after the kill")
            : "none of them was lost";
        _lines.WriteLine($"{what}; {cost}.");
    }

    public void Show(JoinedWorker joined) => _lines.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{joined.Worker} was started in its place and began its first job {joined.FirstJobMs:0} ms later."));

    /// <summary>All strategies side by side.</summary>
    public void Compare(IReadOnlyList<StrategyReport> reports)
    {
        Table table = NewTable("strategy", "drained in", "p50", "p99", "re-run");
        foreach (StrategyReport r in reports)
        {
            table.AddRow(
                r.Id,
                string.Create(CultureInfo.InvariantCulture, $"{r.DrainS:0.00} s"),
                string.Create(CultureInfo.InvariantCulture, $"{r.P50Ms:0} ms"),
                string.Create(CultureInfo.InvariantCulture, $"{r.P99Ms:0} ms"),
                $"{r.Rerun}");
        }
        _lines.WriteLine();
        console.Write(table);
    }

    /// <summary>Nothing, where every file stayed as it was.</summary>
    public void Show(AlteredFiles altered)
    {
        if (altered.Changed + altered.Deleted > 0)
            _lines.WriteLine($"Of the files, {altered.Changed} changed and {altered.Deleted} vanished meanwhile; their jobs are right if they found them so.");
    }

    public void End(DemoReport report)
    {
        _lines.WriteLine();
        _lines.WriteLine(report.Summary);
    }

    private Table NewTable(string first, params string[] numbers)
    {
        Table table = new Table().Border(console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii);
        table.AddColumn(first);
        foreach (string column in numbers)
            table.AddColumn(new TableColumn(column).RightAligned());
        return table;
    }

    /// <summary>Turns are exact over a round of them; draws, loads and hashes only on average.</summary>
    private static string Promised(string strategy, double? share) =>
        share is not null && strategy is ("random" or "least-connections" or "source-hash" or "adaptive") ? $"~{Percent(share)}" : Percent(share);

    private static string Percent(double? share) => share is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s * 100:0.0}%") : "-";

    private static string Seconds(TimeSpan? time) => time is { } t ? string.Create(CultureInfo.InvariantCulture, $"{t.TotalSeconds:0.00} s") : "-";
}
