using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>
/// The figures of record, <c>results/durable.json</c> beside this project: an object with one run a store. A new run on the same machine is
/// compared with it.
/// </summary>
internal static class ResultsFile
{
    // Less than this is the noise of a shared machine.
    private const double Worse = 0.2;

    private static readonly JsonSerializerOptions s_json = new(DurableJson.Options) { WriteIndented = true };

    /// <summary>Null: this is not run from the repository.</summary>
    public static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ActorBalancer.sln")))
                return Path.Combine(folder.FullName, "tests", "ActorBalancer.Benchmarks", "results", "durable.json");
        }
        return null;
    }

    public static void Save(string file, DurableFigures figures)
    {
        JsonObject all = Read(file);
        all[figures.Store] = JsonSerializer.SerializeToNode(figures, s_json);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, all.ToJsonString(s_json) + "\n");
    }

    public static DurableFigures? Kept(string file, string store) => Read(file)[store]?.Deserialize<DurableFigures>(s_json);

    /// <summary>Sentences for people: what got worse by more than a fifth, or that nothing did.</summary>
    public static IReadOnlyList<string> Compare(DurableFigures kept, DurableFigures now)
    {
        if (kept.Machine != now.Machine)
            return [$"the figures of record are of another machine ({kept.Machine}) and say nothing about this run"];
        (string Name, double Kept, double Now, bool MoreIsBetter)[] figures =
        [
            ("jobs/s", kept.Ours.JobsPerS, now.Ours.JobsPerS, true),
            ("one at a time, submit to start p50 ms", kept.Ours.P50Ms, now.Ours.P50Ms, false),
            ("one at a time, submit to start p99 ms", kept.Ours.P99Ms, now.Ours.P99Ms, false),
            ("5,000 jobs/s, submit to accepted p99 ms", kept.Ours.Paced.AcceptedP99Ms, now.Ours.Paced.AcceptedP99Ms, false),
        ];
        string[] drops = [.. figures
            .Where(f => f.MoreIsBetter ? f.Now < f.Kept * (1 - Worse) : f.Now > f.Kept * (1 + Worse))
            .Select(f => FormattableString.Invariant($"WORSE than on {kept.Date:O} by more than {Worse:P0}: {f.Name} {f.Now}, it was {f.Kept}"))];
        return drops.Length > 0 ? drops : [FormattableString.Invariant($"no figure is more than {Worse:P0} worse than on {kept.Date:O}")];
    }

    private static JsonObject Read(string file) => File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file))!.AsObject() : [];
}
