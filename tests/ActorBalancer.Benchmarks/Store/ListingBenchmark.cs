using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Storage;

namespace ActorBalancer.Benchmarks.Store;

/// <summary>
/// How long every filter of a listing takes over jobs of every state: of ten, seven succeeded, one waits, one is scheduled or retrying, and
/// one is dead, discarded or cancelled. What a filter finds last, or not at all, is the slowest.
/// </summary>
internal sealed class ListingBenchmark(IJobStore store, long incarnation)
{
    private const int Turn = 4000;

    private static readonly string[] Queues = ["default", "mail", "video"];

    private readonly long[] _next = new long[Queues.Length];
    private readonly List<(string What, double Ms, int Found)> _looks = [];
    private long _sample;

    /// <summary>The slowest look in milliseconds.</summary>
    public async Task<double> RunAsync(long jobs)
    {
        foreach (string queue in Queues)
            await store.OpenQueueAsync(incarnation, queue, default);
        for (long done = 0; done < jobs; done += Turn)
            await FillAsync(done);
        await LookAllAsync();
        foreach ((string what, double ms, int found) in _looks)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"list: {what,-60} {ms,8:0.0} ms, {found} found"));
        return _looks.Max(look => look.Ms);
    }

    private async Task LookAllAsync()
    {
        await LookAsync("newest 100", new JobQuery());
        await LookAsync("newest 1,000", new JobQuery { Limit = 1000 });
        await LookAsync("100 in the middle", new JobQuery { After = new JobId(_sample) });
        foreach (JobState state in Enum.GetValues<JobState>())
        {
            await LookAsync($"{state}", new JobQuery { State = state });
            await LookAsync($"{state}, of a kind that few are", new JobQuery { State = state, Kind = "rare" });
            await LookAsync($"{state}, of a source that none has", new JobQuery { State = state, Source = "nobody" });
            await LookAsync($"{state}, a text that none has", new JobQuery { State = state, Text = "no such text" });
            await LookAsync($"{state}, of one queue, behind the middle", new JobQuery { State = state, Queue = "default", After = new JobId(_sample) });
        }
        await LookAsync("of one queue", new JobQuery { Queue = "video" });
        await LookAsync("of a queue that is not there", new JobQuery { Queue = "nowhere" });
        await LookAsync("of a kind that few are", new JobQuery { Kind = "rare" });
        await LookAsync("of a kind that none is", new JobQuery { Kind = "nothing" });
        await LookAsync("of a source that few have", new JobQuery { Source = "album-7" });
        await LookAsync("of a source that none has", new JobQuery { Source = "nobody" });
        await LookAsync("of a source that is an id", new JobQuery { Source = new JobId(_sample).ToString() });
        await LookAsync("of a worker", new JobQuery { Worker = "w1" });
        await LookAsync("of a worker that did few", new JobQuery { Worker = "w-rare" });
        await LookAsync("of a worker that did few, succeeded", new JobQuery { Worker = "w-rare", State = JobState.Succeeded });
        await LookAsync("of a worker that did few, dead", new JobQuery { Worker = "w-rare", State = JobState.Dead });
        await LookAsync("a text that many have", new JobQuery { Text = "ECH" });
        await LookAsync("a text that few have", new JobQuery { Text = "albUM-7" });
        await LookAsync("a text that none has", new JobQuery { Text = "no such text" });
        await LookAsync("a part of an id", new JobQuery { Text = new JobId(_sample).ToString()[6..] });
        await LookAsync("not final", new JobQuery { Open = true });
        await LookAsync("not final, of a kind that few are", new JobQuery { Open = true, Kind = "rare" });
        await LookAsync("all filters at once", new JobQuery { Queue = "mail", Kind = "echo", Source = "nobody", Worker = "w1", Text = "zzz", State = JobState.Succeeded });
    }

    private async Task LookAsync(string what, JobQuery query)
    {
        long at = Stopwatch.GetTimestamp();
        int found = (await store.ListAsync(query, default)).Count;
        _looks.Add((what, Stopwatch.GetElapsedTime(at).TotalMilliseconds, found));
    }

    private async Task FillAsync(long done)
    {
        int queue = (int)(done / Turn % 4) switch { 1 => 1, 2 => 2, _ => 0 };
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        long[] keys = [.. Enumerable.Range(0, Turn).Select(i => JobKey.Pack(queue, i % 7 == 0 ? 8 : JobKey.DefaultPriority, _next[queue]++))];
        JobBatch jobs = JobBatch.From([.. Enumerable.Range(0, Turn).Select(i => new JobRequest
        {
            Kind = (done + i) % 50_000 == 17 ? "rare" : "echo",
            Payload = new byte[100],
            Queue = Queues[queue],
            Priority = JobKey.Priority(keys[i]),
            Source = (done + i) % 90_000 == 5 ? "album-7" : i % 3 == 0 ? $"album-{i}" : null,
            RunAt = i % 20 == 8 ? now.AddDays(1) : null,
        })]);
        Commit commit = new() { Incarnation = incarnation };
        commit.Inserts.Add(new InsertRows(jobs, keys, now.ToUnixTimeMilliseconds()));
        for (int i = 0; i < Turn; i++)
        {
            if (i % 10 == 9 || i % 20 == 8)
                continue;
            JobState state = i % 20 == 18 ? JobState.Retrying : i % 10 != 7 ? JobState.Succeeded : (i / 10 % 3) switch { 0 => JobState.Dead, 1 => JobState.Discarded, _ => JobState.Cancelled };
            commit.Outcomes.Add(new OutcomeRow
            {
                Key = keys[i], Attempt = 1, Outcome = state == JobState.Succeeded ? AttemptOutcome.Succeeded : AttemptOutcome.Failed, State = state, Used = 1,
                Reason = state == JobState.Dead ? DeadReason.Attempts : DeadReason.None, Worker = (done + i) % 40_000 is 1 or 7 ? "w-rare" : $"w{i % 3}",
                StartedUnixMs = now.ToUnixTimeMilliseconds(), FinishedUnixMs = now.ToUnixTimeMilliseconds(), Why = "least-connections",
                RunAtUnixMs = now.AddDays(1).ToUnixTimeMilliseconds(), Error = state == JobState.Succeeded ? null : "the disk is full",
            });
        }
        CommitResult result = await store.CommitAsync(commit, default);
        if (result != CommitResult.Done)
            throw new InvalidOperationException($"A commit ended as {result}.");
        if (done == 0)
            _sample = keys[Turn / 2];
    }
}
