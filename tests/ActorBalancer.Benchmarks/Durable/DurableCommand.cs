using System.Text.Json;
using ActorBalancer.Benchmarks.Store;
using ActorBalancer.Storage.Tests.Postgres;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>
/// Jobs that nothing can lose, the whole way between processes: submitted, committed, run, committed. Beside it other queues on
/// PostgreSQL, on the same server in the same session.
/// </summary>
internal static class DurableCommand
{
    private const string NoServer = "no PostgreSQL server is installed here: install one, or measure --store sqlite without --peers";

    public static async Task<int> RunAsync(string[] args)
    {
        if (DurableArguments.Parse(args) is not { } wanted)
            return 2;
        // Ours closes standard output to others when it ends its processes.
        TextWriter output = Console.Out;
        double? load = Machine.Load();
        using StoreGround? ground = StoreGround.TryMake(wanted.Store);
        using PostgresServer? other = wanted.Peers && ground is { Server: null } ? PostgresServer.TryStart() : null;
        if (ground is null || (wanted.Peers && (ground.Server ?? other) is null))
        {
            await Console.Error.WriteLineAsync($"durable: {NoServer}");
            return 3;
        }

        OurFigures ours = await OurRun.MeasureAsync(ground, wanted.Jobs);
        DurableFigures figures = new()
        {
            Store = wanted.Store,
            Ours = ours,
            Peers = wanted.Peers ? await PeerSession.MeasureAsync((ground.Server ?? other)!, ground.Folder, wanted.Jobs, ours.JobsPerS) : null,
            Machine = Machine.Line,
            Date = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime),
            LoadBefore = load,
        };
        if (wanted.Json)
            await output.WriteLineAsync(JsonSerializer.Serialize(figures, DurableJson.Options));
        else
            DurableTable.Print(output, figures);
        await CompareAsync(figures, wanted);
        return 0;
    }

    private static async Task CompareAsync(DurableFigures figures, DurableArguments wanted)
    {
        if (ResultsFile.Find() is not { } file)
            return;
        if (ResultsFile.Kept(file, wanted.Store) is { } kept && wanted.Jobs == new DurableArguments().Jobs)
        {
            foreach (string line in ResultsFile.Compare(kept, figures))
                await Console.Error.WriteLineAsync($"durable: {line}");
        }
        if (wanted.Save)
            ResultsFile.Save(file, figures);
    }
}
