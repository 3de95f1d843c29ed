using System.Globalization;
using ActorBalancer.Options;
using ActorBalancer.Storage;

namespace ActorBalancer.Benchmarks.Store;

/// <summary>
/// What a job costs in the memory store: its insert and its outcome in nanoseconds, and its bytes while it waits, both beyond
/// the batch that it came in.
/// </summary>
internal static class StoreBenchmark
{
    private const int Turn = 256;
    private const int Rounds = 5;
    private const int JobsARound = 4_000_000;
    private const int Waiting = Turn * 4096;

    public static async Task<int> RunAsync()
    {
        JobRequest request = new() { Kind = "echo", Payload = new byte[100] };
        JobBatch jobs = JobBatch.From([.. Enumerable.Repeat(request, Turn)]);
        await CostAsync(jobs, resultBytes: 0);
        await CostAsync(jobs, resultBytes: 16);
        await BytesAsync(jobs);
        await LoadAsync(jobs);
        return 0;
    }

    private static async Task CostAsync(JobBatch jobs, int resultBytes)
    {
        (MemoryJobStore store, Commit commit) = await OpenAsync();
        byte[] report = new byte[Turn * resultBytes];
        long[] keys = new long[Turn];
        long next = 0;
        List<double> ns = [];
        long allocated = 0;
        // The first round warms up.
        for (int round = 0; round <= Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            double from = CpuNs();
            for (int done = 0; done < JobsARound; done += Turn)
            {
                // A turn takes the outcomes of the one before and brings new jobs, as the dispatcher's writer does.
                commit.Inserts.Clear();
                commit.Outcomes.Clear();
                for (int i = 0; next > 0 && i < Turn; i++)
                {
                    commit.Outcomes.Add(new OutcomeRow
                    {
                        Key = keys[i],
                        Attempt = 1,
                        Outcome = AttemptOutcome.Succeeded,
                        State = JobState.Succeeded,
                        Used = 1,
                        Worker = "w1",
                        StartedUnixMs = 1,
                        FinishedUnixMs = 2,
                        Why = "least-connections",
                        Result = report.AsMemory(i * resultBytes, resultBytes),
                    });
                }
                long[] inserted = new long[Turn];
                for (int i = 0; i < Turn; i++)
                    inserted[i] = JobKey.Pack(0, JobKey.DefaultPriority, next++);
                commit.Inserts.Add(new InsertRows(jobs, inserted, 1));
                await store.CommitAsync(commit, default);
                keys = inserted;
            }
            if (round > 0)
                ns.Add((CpuNs() - from) / JobsARound);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Print($"insert + outcome, {resultBytes} B result", $"{Spread(ns)}, {(double)allocated / JobsARound:0.0} B allocated");
    }

    private static async Task BytesAsync(JobBatch jobs)
    {
        (MemoryJobStore store, Commit commit) = await OpenAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await FillAsync(store, commit, jobs);
        double bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Waiting;
        Print("waiting job", $"{bytes:0.0} B beyond its batch");
        GC.KeepAlive(store);
    }

    private static async Task LoadAsync(JobBatch jobs)
    {
        (MemoryJobStore store, Commit commit) = await OpenAsync();
        await FillAsync(store, commit, jobs);
        List<double> ns = [];
        for (int round = 0; round <= Rounds; round++)
        {
            double from = CpuNs();
            long after = -1;
            while (await store.LoadAsync(0, after, 4096, default) is { Keys.Length: > 0 } loaded)
                after = loaded.Keys[^1];
            if (round > 0)
                ns.Add((CpuNs() - from) / Waiting);
        }
        Print("load, 4096 at a time", Spread(ns));
    }

    private static async Task<(MemoryJobStore Store, Commit Commit)> OpenAsync()
    {
        MemoryOptions limits = new() { MaxWaiting = int.MaxValue, KeepFinished = 10_000, KeepResultBytes = 64 << 20 };
        MemoryJobStore store = new(TimeProvider.System, limits, maxQueues: 1000);
        Registration owner = await store.RegisterAsync(new NodeRow("bench", "", 0), TimeSpan.FromHours(1), default);
        await store.OpenQueueAsync(owner.Incarnation, "default", default);
        return (store, new Commit { Incarnation = owner.Incarnation });
    }

    private static async Task FillAsync(MemoryJobStore store, Commit commit, JobBatch jobs)
    {
        for (long next = 0; next < Waiting; next += Turn)
        {
            commit.Inserts.Clear();
            long[] keys = [.. Enumerable.Range(0, Turn).Select(i => JobKey.Pack(0, JobKey.DefaultPriority, next + i))];
            commit.Inserts.Add(new InsertRows(jobs, keys, 1));
            await store.CommitAsync(commit, default);
        }
        commit.Inserts.Clear();
    }

    // The processor's time and not the clock's: other processes on the machine do not count, the garbage collector does.
    private static double CpuNs() => Environment.CpuUsage.TotalTime.TotalNanoseconds;

    private static string Spread(List<double> ns)
    {
        ns.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{ns[ns.Count / 2]:0.0} ns of CPU a job (min {ns[0]:0.0}, max {ns[^1]:0.0})");
    }

    private static void Print(string what, string figures) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-32} {figures}"));
}
