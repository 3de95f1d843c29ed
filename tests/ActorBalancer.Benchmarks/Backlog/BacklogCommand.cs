using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Benchmarks.Dispatch;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Dispatch;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Storage.Postgres;
using ActorBalancer.Storage.Sqlite;
using ActorBalancer.Storage.Tests.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorBalancer.Benchmarks.Backlog;

/// <summary>
/// What a backlog costs a router: the memory that it takes, how long a start with it lasts, and whether the last of its jobs cost what
/// the first did. A short backlog first, as the baseline, then a long one, both in one process on stores of their own.
/// </summary>
internal static class BacklogCommand
{
    private const int Turn = 4_000;
    private const string Kind = "nothing";

    public static async Task<int> RunAsync(string[] rest)
    {
        string name = "sqlite";
        int jobs = 2_000_000, baseline = 20_000;
        for (int i = 0; i + 1 < rest.Length; i += 2)
        {
            if (rest[i] == "--store")
                name = rest[i + 1];
            else if (rest[i] == "--jobs")
                jobs = int.Parse(rest[i + 1], CultureInfo.InvariantCulture);
        }
        using PostgresServer? server = name == "postgres" ? PostgresServer.TryStart() : null;
        if (name is not ("sqlite" or "postgres") || (name == "postgres" && server is null))
        {
            Console.Error.WriteLine(name == "postgres" ? "no PostgreSQL server is installed here" : $"there is no store '{name}'; there are sqlite and postgres");
            return 2;
        }
        string folder = Directory.CreateTempSubdirectory("actorbalancer-backlog-").FullName;
        try
        {
            // One small round first, whose figures nobody sees: what is loaded and compiled once belongs to no backlog.
            await MeasureAsync(Open("warm", 0), baseline);
            Measured small = await MeasureAsync(Open("small", 1), baseline);
            Measured large = await MeasureAsync(Open("large", 2), jobs);
            Print($"{name}, jobs of 100 bytes", $"{baseline,12:N0} {jobs,12:N0}");
            Print("start to the first job that ran, ms", $"{small.StartMs,12:0} {large.StartMs,12:0}");
            Print("heap of router and worker with it, MiB", $"{small.HeapMiB,12:0.0} {large.HeapMiB,12:0.0}");
            Print("us a job, first tenth", $"{small.FirstMicros,12:0.0} {large.FirstMicros,12:0.0}");
            Print("us a job, last tenth", $"{small.LastMicros,12:0.0} {large.LastMicros,12:0.0}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"ratio: heap {large.HeapMiB / small.HeapMiB:0.00}, last tenth to first tenth of the long one {large.LastMicros / large.FirstMicros:0.00}"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Func<IJobStore> Open(string which, int number) => name == "sqlite"
            ? () => new SqliteJobStore(Path.Combine(folder, which + ".db"), TimeProvider.System, 1000)
            : () => new PostgresJobStore(server!.ConnectionString, 1000, $"backlog_{number}");
    }

    private static async Task<Measured> MeasureAsync(Func<IJobStore> open, int jobs)
    {
        await FillAsync(open(), jobs);
        HandlerRegistry handlers = new();
        handlers.Add(Kind, static (_, _) => new(JobOutcome.Ok));
        BalancerOptions options = BalancerConfiguration.Defaults();
        await using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        long from = Stopwatch.GetTimestamp();
        await using BalancerNode node = await BalancerNode.StartAsync(new NodeSettings
        {
            Options = options with { Name = "both", Roles = [NodeRoles.Router, NodeRoles.Worker], Remoting = options.Remoting with { Port = 0 } },
            Store = open(),
            Handlers = handlers,
            Services = services,
            Logs = ProblemLog.Factory,
        });
        double startMs = await UntilAsync(node, jobs - 1, from);
        // With all that there is to read read, and nothing on its way.
        await node.Client.SetQueueAsync("default", null, null, paused: true);
        await SettledAsync(node);
        double heap = GC.GetTotalMemory(true) / (1024.0 * 1024);
        long left = (await LeftAsync(node)).Waiting;
        long tenth = left / 10;
        await node.Client.SetQueueAsync("default", null, null, paused: false);
        from = Stopwatch.GetTimestamp();
        double first = await UntilAsync(node, left - tenth, from) * 1_000 / tenth;
        await UntilAsync(node, tenth, from);
        from = Stopwatch.GetTimestamp();
        double last = await UntilAsync(node, 0, from) * 1_000 / tenth;
        return new Measured(startMs, heap, first, last);
    }

    private static async Task FillAsync(IJobStore store, int jobs)
    {
        await using (store)
        {
            long incarnation = (await store.RegisterAsync(new NodeRow("fill", "fill", 0), TimeSpan.FromHours(1), default)).Incarnation;
            await store.OpenQueueAsync(incarnation, "default", default);
            JobBatch turn = JobBatch.From([.. Enumerable.Repeat(new JobRequest { Kind = Kind, Payload = new byte[100] }, Turn)]);
            for (long next = 0; next < jobs; next += Turn)
            {
                long start = next;
                long[] keys = [.. Enumerable.Range(0, Turn).Select(i => JobKey.Pack(0, JobKey.DefaultPriority, start + i))];
                Commit commit = new() { Incarnation = incarnation };
                commit.Inserts.Add(new InsertRows(turn, keys, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
                if (await store.CommitAsync(commit, default) is var result and not CommitResult.Done)
                    throw new InvalidOperationException($"A commit ended as {result}.");
            }
            await store.ReleaseAsync(incarnation, default);
        }
    }

    /// <summary>Jobs that wait and run; before the router has claimed its queue, more than there can be.</summary>
    private static async Task<(long Waiting, long Running)> LeftAsync(BalancerNode node) =>
        (await node.Client.ListQueuesAsync()).FirstOrDefault(queue => queue.Name == "default") is { } found
            ? (found.Waiting, found.Running)
            : (long.MaxValue / 2, 0);

    /// <summary>Milliseconds from <paramref name="from"/> until no more than so many wait.</summary>
    private static async Task<double> UntilAsync(BalancerNode node, long waiting, long from)
    {
        while (true)
        {
            (long waits, long runs) = await LeftAsync(node);
            if (waits + runs <= waiting)
                return Stopwatch.GetElapsedTime(from).TotalMilliseconds;
            await Task.Delay(1);
        }
    }

    private static async Task SettledAsync(BalancerNode node)
    {
        while ((await LeftAsync(node)).Running > 0)
            await Task.Delay(1);
        await Task.Delay(TimeSpan.FromSeconds(2));
    }

    private static void Print(string what, FormattableString figures) =>
        Console.WriteLine($"{what,-42} {figures.ToString(CultureInfo.InvariantCulture)}");

    private sealed record Measured(double StartMs, double HeapMiB, double FirstMicros, double LastMicros);
}
