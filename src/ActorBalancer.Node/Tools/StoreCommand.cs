using System.CommandLine;
using System.Text.Json;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Nodes;
using ActorBalancer.Node.Processes;
using ActorBalancer.Options;
using ActorBalancer.Storage;

namespace ActorBalancer.Node.Tools;

/// <summary><c>actorbalancer store migrate|check|stats</c>: the configured store itself, without a node in between.</summary>
internal static class StoreCommand
{
    public static Command Create() => new Verb(
        "store", "Looks after the store that a configuration names: a SQLite file while no node uses it, a PostgreSQL database at any time.", "actorbalancer store stats")
    {
        Verb(
            "migrate",
            "Makes the store's tables, or brings them up to date. A router does so by itself when it starts; here it can be done before.",
            "actorbalancer store migrate --config my.conf",
            MigrateAsync),
        Verb(
            "check",
            "Reads the whole store and looks for damage and for jobs that are where they should not be; exit code 1 if there is any.",
            "actorbalancer store check --config my.conf",
            CheckAsync),
        Verb(
            "stats",
            "Shows the store's size, its jobs by queue, and the routers that are registered in it.",
            "actorbalancer store stats --json",
            StatsAsync),
    };

    private static Verb Verb(string name, string description, string example, Func<Opened, CancellationToken, Task<int>> run)
    {
        Option<string?> config = new("--config") { Description = "File in HOCON; left out: the defaults, that is ./actorbalancer.db.", HelpName = "FILE" };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Verb verb = new(name, description, example) { config, json };
        verb.SetAction(async (parsed, _) =>
        {
            using StopSignals signals = new();
            try
            {
                NodeArguments arguments = new() { ConfigFile = parsed.GetValue(config), Roles = [NodeRoles.Router] };
                BalancerOptions options = arguments.Load().Options;
                return await RunAsync(options, parsed.GetValue(json), makes: name == "migrate", run, signals.Token);
            }
            catch (BalancerConfigurationException e)
            {
                return Fail(ExitCode.Usage, e.Message);
            }
            catch (StoreUnavailableException e)
            {
                return Fail(ExitCode.Unreachable, $"{e.Message} Try again when it answers.");
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
        });
        return verb;
    }

    private static async Task<int> RunAsync(
        BalancerOptions options, bool json, bool makes, Func<Opened, CancellationToken, Task<int>> run, CancellationToken stop)
    {
        if (options.Store == StoreNames.Memory)
            return Fail(ExitCode.Usage, "The store is memory: it lives and ends with its router. Name sqlite or postgres in actorbalancer.store.");
        if (options.Store == StoreNames.Sqlite && !makes && !File.Exists(options.Sqlite.File))
        {
            return Fail(ExitCode.Usage, $"There is no store {Path.GetFullPath(options.Sqlite.File)}: name the file in actorbalancer.sqlite.file, "
                + "or start in the directory in which the router runs.");
        }
        await using IJobStore store = NodeStore.Make(options, TimeProvider.System);
        var upkeep = (IStoreUpkeep)store;
        if (await upkeep.OpenAsync(stop) is { } refusal)
            return Fail(ExitCode.Usage, refusal);
        return await run(new Opened(upkeep, options.Store, json, new Screen()), stop);
    }

    private static async Task<int> MigrateAsync(Opened store, CancellationToken stop)
    {
        StoreStats stats = await store.Upkeep.StatsAsync(stop);
        if (store.Json)
            store.Screen.Lines.WriteLine(JsonSerializer.Serialize(new StoreVersion(store.Name, stats.Schema), ToolJson.Default.StoreVersion));
        else
            store.Screen.Line($"The store is up to date: {store.Name}, tables of version {stats.Schema}.");
        return ExitCode.Done;
    }

    private static async Task<int> CheckAsync(Opened store, CancellationToken stop)
    {
        IReadOnlyList<string> findings = await store.Upkeep.CheckAsync(stop);
        if (store.Json)
            store.Screen.Lines.WriteLine(JsonSerializer.Serialize(new StoreFindings(store.Name, findings), ToolJson.Default.StoreFindings));
        else if (findings.Count == 0)
            store.Screen.Line("The store is well.");
        foreach (string finding in store.Json ? [] : findings)
            store.Screen.Line(finding);
        return findings.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<int> StatsAsync(Opened store, CancellationToken stop)
    {
        StoreStats stats = await store.Upkeep.StatsAsync(stop);
        if (store.Json)
        {
            store.Screen.Lines.WriteLine(JsonSerializer.Serialize(StoreFigures.Of(stats), ToolJson.Default.StoreFigures));
            return ExitCode.Done;
        }
        store.Screen.Line($"{stats.Engine}, tables of version {stats.Schema}, {Size(stats.Bytes)}"
            + (stats.FreeBytes > 0 ? $", of which {Size(stats.FreeBytes)} are free" : "") + (stats.LogBytes > 0 ? $", log {Size(stats.LogBytes)}" : ""));
        Sheet queues = new("queue", Column.Number("ready"), Column.Number("later"), Column.Number("dead"));
        foreach (QueueCounts queue in stats.Queues)
            queues.Add(queue.Queue, $"{queue.Ready}", $"{queue.Later}", $"{queue.Dead}");
        store.Screen.Show(queues);
        foreach (RouterRow router in stats.Routers)
            store.Screen.Line($"router {router.Node.Name} at {router.Node.Address}, incarnation {router.Incarnation}");
        return ExitCode.Done;
    }

    private static string Size(long bytes) => bytes < 1 << 20 ? $"{bytes >> 10} KiB" : $"{bytes >> 20} MiB";

    private static int Fail(int code, string message)
    {
        Tool.Remark(message);
        return code;
    }

    /// <summary>A store that is open, and how to show it.</summary>
    private sealed record Opened(IStoreUpkeep Upkeep, string Name, bool Json, Screen Screen);
}
