using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Storage;

namespace ActorBalancer.Benchmarks.Store;

/// <summary>
/// What a durable store does on this disk: jobs a second through commits of 4,000 that bring new jobs of 100 bytes and the outcomes of
/// those before, history kept; a commit of one job; and, with that history in it, how long a look takes. With <c>--listing</c>: every filter of a
/// listing instead.
/// </summary>
internal static class DurableStoreBenchmark
{
    private const int Turn = 4000;

    public static async Task<int> RunAsync(string name, string[] rest)
    {
        long jobs = 1_000_000;
        string? connection = null;
        bool listing = rest.Contains("--listing");
        rest = [.. rest.Where(argument => argument != "--listing")];
        for (int i = 0; i + 1 < rest.Length; i += 2)
        {
            if (rest[i] == "--jobs")
                jobs = long.Parse(rest[i + 1], CultureInfo.InvariantCulture);
            else if (rest[i] == "--connection")
                connection = rest[i + 1];
        }

        using StoreGround? ground = StoreGround.TryMake(name, connection);
        if (ground is null)
        {
            Console.Error.WriteLine("no PostgreSQL server is installed here; name one with --connection");
            return 3;
        }
        IJobStore store = ground.Store;
        long incarnation = (await store.RegisterAsync(new NodeRow("bench", "bench", 0), TimeSpan.FromHours(1), default)).Incarnation;
        await store.OpenQueueAsync(incarnation, "default", default);
        Session session = new(store, incarnation);

        double slowest = 0;
        if (listing)
        {
            slowest = await new ListingBenchmark(store, incarnation).RunAsync(jobs);
        }
        else
        {
            await session.ThroughputAsync(jobs);
            await session.OneByOneAsync(2000);
            await session.LooksAsync();
            await session.BacklogAsync(200_000);
        }
        StoreStats stats = await ((IStoreUpkeep)store).StatsAsync(default);
        Print("on disk", $"{(double)stats.Bytes / jobs:0} B a job");
        await store.DisposeAsync();
        // A listing of a million jobs has a second, whatever it is asked for.
        return slowest < 1000 ? 0 : 1;
    }

    private static void Print(string what, FormattableString figures) =>
        Console.WriteLine($"{what,-40} {figures.ToString(CultureInfo.InvariantCulture)}");

    private sealed class Session(IJobStore store, long incarnation)
    {
        private long _next;
        private long[] _before = [];

        public async Task ThroughputAsync(long jobs)
        {
            await CommitAsync(Turn);
            List<double> ms = [];
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long from = Stopwatch.GetTimestamp();
            for (long done = 0; done < jobs; done += Turn)
            {
                long at = Stopwatch.GetTimestamp();
                await CommitAsync(Turn);
                ms.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            }
            TimeSpan time = Stopwatch.GetElapsedTime(from);
            ms.Sort();
            Print($"insert + outcome, {Turn} a commit", $"{jobs / time.TotalSeconds:0} jobs/s; a commit p50 {ms[ms.Count / 2]:0.0} ms, p99 {ms[ms.Count * 99 / 100]:0.0} ms; {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / jobs:0.00} us of this process's CPU a job");
        }

        public async Task OneByOneAsync(int commits)
        {
            await CommitAsync(1);
            List<double> ms = [];
            for (int i = 0; i < commits; i++)
            {
                long at = Stopwatch.GetTimestamp();
                await CommitAsync(1);
                ms.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            }
            ms.Sort();
            Print("one job a commit", $"p50 {ms[ms.Count / 2]:0.00} ms, p99 {ms[ms.Count * 99 / 100]:0.00} ms");
        }

        public async Task LooksAsync()
        {
            await LookAsync("list: newest 100", new JobQuery());
            await LookAsync("list: none is dead", new JobQuery { State = JobState.Dead });
            await LookAsync("list: a worker that did none of them", new JobQuery { Worker = "w2", State = JobState.Succeeded });
            await LookAsync("list: a source that none has", new JobQuery { Source = "nobody" });
            await LookAsync("list: a text that none has", new JobQuery { Text = "no such text" });
            await LookAsync("list: 100 in the middle", new JobQuery { After = new JobId(JobKey.Pack(0, JobKey.DefaultPriority, _next / 2)) });
            long at = Stopwatch.GetTimestamp();
            await store.GetAsync(new JobId(JobKey.Pack(0, JobKey.DefaultPriority, _next / 3)), default);
            Print("one job", $"{Stopwatch.GetElapsedTime(at).TotalMilliseconds:0.0} ms");
        }

        public async Task BacklogAsync(int waiting)
        {
            await CommitAsync(1);
            long from = _next;
            for (int i = 0; i < waiting; i += Turn)
                await CommitAsync(Turn, finish: false);
            long at = Stopwatch.GetTimestamp();
            StoredJobs loaded = await store.LoadAsync(0, JobKey.Pack(0, JobKey.DefaultPriority, from + waiting / 2), 4096, default);
            Print($"load {loaded.Keys.Length} of {waiting} that wait", $"{Stopwatch.GetElapsedTime(at).TotalMilliseconds:0.0} ms");
            at = Stopwatch.GetTimestamp();
            await store.ClaimAsync(incarnation, default);
            Print("claim the queue with them", $"{Stopwatch.GetElapsedTime(at).TotalMilliseconds:0.0} ms");
        }

        private async Task LookAsync(string what, JobQuery query)
        {
            await store.ListAsync(query, default);
            long at = Stopwatch.GetTimestamp();
            IReadOnlyList<JobInfo> found = await store.ListAsync(query, default);
            Print(what, $"{Stopwatch.GetElapsedTime(at).TotalMilliseconds:0.0} ms, {found.Count} found");
        }

        private async Task CommitAsync(int count, bool finish = true)
        {
            long[] keys = [.. Enumerable.Range(0, count).Select(_ => JobKey.Pack(0, JobKey.DefaultPriority, _next++))];
            Commit commit = new() { Incarnation = incarnation };
            commit.Inserts.Add(new InsertRows(Jobs(count), keys, NowMs()));
            foreach (long key in finish ? _before : [])
            {
                commit.Outcomes.Add(new OutcomeRow
                {
                    Key = key, Attempt = 1, Outcome = AttemptOutcome.Succeeded, State = JobState.Succeeded, Used = 1, Worker = "w1",
                    StartedUnixMs = NowMs(), FinishedUnixMs = NowMs(), Why = "least-connections",
                });
            }
            CommitResult result = await store.CommitAsync(commit, default);
            if (result != CommitResult.Done)
                throw new InvalidOperationException($"A commit ended as {result}.");
            _before = keys;
        }

        private readonly Dictionary<int, JobBatch> _jobs = [];

        private JobBatch Jobs(int count)
        {
            if (!_jobs.TryGetValue(count, out JobBatch? jobs))
                _jobs.Add(count, jobs = JobBatch.From([.. Enumerable.Repeat(new JobRequest { Kind = "echo", Payload = new byte[100] }, count)]));
            return jobs;
        }

        private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    }
}
