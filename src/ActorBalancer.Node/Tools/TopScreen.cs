using System.Globalization;
using ActorBalancer.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorBalancer.Node.Tools;

/// <summary>A snapshot as a person reads it.</summary>
internal static class TopScreen
{
    public static void Write(Screen screen, TopSnapshot snapshot)
    {
        foreach (string line in Head(snapshot))
            screen.Line(line);
        screen.Show(Workers(snapshot));
        screen.Show(Queues(snapshot));
    }

    public static IRenderable Picture(TopSnapshot snapshot, bool unicode, int width) => new Rows(
    [
        .. Head(snapshot).Select(line => new Text(line)),
        Workers(snapshot).ToTable(unicode, width),
        Queues(snapshot).ToTable(unicode, width),
        new Text("Ctrl-C ends this."),
    ]);

    private static string[] Head(TopSnapshot s) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{s.At:yyyy-MM-dd HH:mm:ss}Z  {s.JobsPerS:0.#} jobs/s  p50 {Ms(s.P50Ms)}  p99 {Ms(s.P99Ms)}"),
        string.Create(CultureInfo.InvariantCulture, $"{s.InFlight} in flight  {s.Waiting} waiting  {s.Scheduled} later  {s.Dead} dead"),
    ];

    private static Sheet Workers(TopSnapshot snapshot)
    {
        Sheet sheet = new(
            "worker", "state", Column.Number("slots"), Column.Number("running"), Column.Number("in flight"), Column.Number("jobs/s"),
            Column.Number("share"), Column.Number("weight"), Column.Number("now"));
        foreach (TopWorker w in snapshot.Workers)
        {
            sheet.Add(
                w.Name, w.State, $"{w.Slots}", $"{w.Running}", $"{w.InFlight}", w.JobsPerS.ToString("0.#", CultureInfo.InvariantCulture),
                w.Share is { } share ? Words.Percent(share) : null, Words.Number(w.Weight), Words.Number(w.EffectiveWeight));
        }
        return sheet;
    }

    private static Sheet Queues(TopSnapshot snapshot)
    {
        Sheet sheet = new("queue", "state", "strategy", Column.Number("waiting"), Column.Number("running"), Column.Number("later"), Column.Number("dead"));
        foreach (QueueDetails q in snapshot.Queues)
            sheet.Add(q.Name, q.State, q.Strategy, $"{q.Waiting}", $"{q.Running}", $"{q.Scheduled}", $"{q.Dead}");
        return sheet;
    }

    private static string Ms(double? milliseconds) => milliseconds is { } ms ? Words.Duration(TimeSpan.FromMilliseconds(ms))! : "-";
}
