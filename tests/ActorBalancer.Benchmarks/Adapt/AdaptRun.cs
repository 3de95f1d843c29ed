using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorBalancer.Client;
using ActorBalancer.Node.Processes;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Benchmarks.Adapt;

/// <summary>
/// One side: a router and workers as processes of their own under a Poisson stream of jobs of lognormal length. One worker is slowed ten times and
/// later is well again, one fails half of its jobs at once, one joins late.
/// </summary>
internal sealed class AdaptRun(AdaptArguments arguments, bool byQuota, long turnsPerMs)
{
    private const string Slow = "slow", Failing = "failing", Well = "well", Late = "late";
    private const double Slowness = 10;

    // While a worker is new nothing is learned of it.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(14);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LastJobs = TimeSpan.FromSeconds(20);

    private readonly double[] _at = [.. new double[] { 0, 15, 45, 60, 75, 110 }.Select(s => s * arguments.Pace)];
    private readonly string[] _names = ["all well", "one 10 times slower", "and one fails half", "and one joins late", "the slow one well again"];

    // Asleep a job costs nothing, so they can be long enough to keep the workers busy, and short enough that one that is well can do them all.
    private double MeanMs => byQuota ? 8 : 50;

    public async Task<AdaptFigures> RunAsync(string strategy, string weights)
    {
        await using ChildNode router = ChildNode.Start(
            "router", typeof(ChildNode).Assembly.Location, ["--role", "router", "--port", "0", "--bind", "127.0.0.1"],
            [new("ACTORBALANCER__STORE", "memory"), new("ACTORBALANCER__QUEUE_DEFAULTS__BACKOFF__FIRST", "10ms")]);
        ReadyLine ready = await router.Ready;
        using ControlGroup? group = byQuota ? ControlGroup.TryCreate($"actorbalancer-adapt-{Environment.ProcessId}", out _) : null;
        List<AdaptWorker> workers = [];
        try
        {
            foreach (string name in (string[])[Slow, Failing, Well])
                workers.Add(AdaptWorker.Start(name, ready.Seed, byQuota ? turnsPerMs : 0));
            group?.Add(workers[0].Pid);
            using BalancerClient client = new(new Uri(ready.Http!));
            await UntilUpAsync(client, workers.Count);
            await client.SubmitAsync(Job(1));
            await client.ChangeQueueAsync("default", new QueueChange { Strategy = strategy, Weights = weights });
            return await PlayAsync(client, workers, group, ready.Seed, strategy, weights);
        }
        catch
        {
            foreach (AdaptWorker worker in workers)
                Console.Error.WriteLine($"{worker.Name} said: {worker.Log}");
            throw;
        }
        finally
        {
            foreach (AdaptWorker worker in workers)
                worker.Dispose();
        }
    }

    private async Task<AdaptFigures> PlayAsync(
        BalancerClient client, List<AdaptWorker> workers, ControlGroup? group, string seed, string strategy, string weights)
    {
        ShareBook book = new();
        List<(double At, Task<SubmittedJob> Job)> jobs = [];
        LognormalService law = new(1);
        Dice dice = new(20_26);
        long start = Stopwatch.GetTimestamp() + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency);
        double next = -WarmUp.TotalSeconds, look = next;
        int phase = 0;
        for (double now = next; now < _at[^1]; now = Stopwatch.GetElapsedTime(start).TotalSeconds)
        {
            if (phase < _at.Length - 1 && now >= _at[phase])
                Begin(phase++);
            if (now >= look)
            {
                book.Look(now, await client.ListWorkersAsync());
                look = now + LookEvery.TotalSeconds;
            }
            while (now >= next)
            {
                jobs.Add((next, client.SubmitAsync(Job(Math.Max(1, law.Draw(ref dice) * MeanMs)))));
                next += Draws.Exponential(ref dice) / arguments.Rate;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(1));
        }
        (double At, string Id)[] accepted = [.. (await Task.WhenAll(jobs.Select(async j => (j.At, (await j.Job).Id)))).Where(j => j.At >= 0)];
        Dictionary<string, JobDetails> ended = await EndsAsync(client, accepted);
        return Figures(book, accepted, ended, strategy, weights);

        void Begin(int phase)
        {
            switch (phase)
            {
                case 1 when group is null: workers[0].Tell(string.Create(CultureInfo.InvariantCulture, $"slow {Slowness}")); break;
                case 1: group.Limit(1 / Slowness); break;
                case 2: workers[1].Tell("fail 0.5"); break;
                case 3: workers.Add(AdaptWorker.Start(Late, seed, byQuota ? turnsPerMs : 0)); break;
                case 4 when group is null: workers[0].Tell("slow 1"); break;
                case 4: group.Limit(null); break;
            }
        }
    }

    private AdaptFigures Figures(ShareBook book, (double At, string Id)[] accepted, Dictionary<string, JobDetails> ended, string strategy, string weights)
    {
        PhaseFigures[] phases = [.. _names.Select((name, i) =>
        {
            string[] ids = [.. accepted.Where(j => j.At >= _at[i] && j.At < _at[i + 1]).Select(j => j.Id)];
            double[] times = [.. ids.Select(id => ended.GetValueOrDefault(id)).Where(j => j is { State: "succeeded" }).Select(j => (j!.FinishedAt!.Value - j.SubmittedAt!.Value).TotalMilliseconds).Order()];
            return new PhaseFigures(name, _at[i + 1] - _at[i], ids.Length, Quantile(times, 0.5), Quantile(times, 0.99), book.Between(_at[i], _at[i + 1]));
        })];
        double fairSlow = 1 / Slowness / (2 + (1 / Slowness)), fairLate = 1.0 / 3;
        return new AdaptFigures(
            strategy, weights, byQuota ? "a quota of a tenth of a processor" : "slots of a tenth of the speed", phases,
            book.Until(Slow, _at[1], _at[2], share => share <= 1.5 * fairSlow),
            book.Ejected.TryGetValue(Failing, out double at) && at >= _at[2] ? at - _at[2] : null,
            book.Until(Late, _at[3], _at[5], share => share >= 0.75 * fairLate),
            // Against three that are well at most, whoever is ejected just now.
            book.Until(Slow, _at[4], _at[5], share => share >= 0.5 / 3),
            accepted.Length, accepted.Count(j => ended.GetValueOrDefault(j.Id) is not { State: "succeeded" }));
    }

    private static async Task UntilUpAsync(BalancerClient client, int workers)
    {
        while (!(await client.ListWorkersAsync()).Where(w => w.State == "up").Skip(workers - 1).Any())
            await Task.Delay(TimeSpan.FromMilliseconds(100));
    }

    /// <summary>The last ones get their time to end.</summary>
    private static async Task<Dictionary<string, JobDetails>> EndsAsync(BalancerClient client, (double At, string Id)[] jobs)
    {
        long since = Stopwatch.GetTimestamp();
        while ((await client.ListQueuesAsync())[0] is { } queue && queue.Waiting + queue.Running + queue.Scheduled > 0 && Stopwatch.GetElapsedTime(since) < LastJobs)
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        Dictionary<string, JobDetails> ended = [];
        string? after = null;
        do
        {
            JobListing page = await client.ListJobsAsync(new JobQuery { Limit = 1_000, After = after });
            foreach (JobDetails job in page.Items)
                ended[job.Id] = job;
            after = page.Next;
        }
        while (after is not null);
        return ended;
    }

    private static JobSubmission Job(double ms) => new()
    {
        Kind = AdaptWorker.Kind,
        Payload = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"ms":{{ms:0.###}}}""")),
    };

    private static double Quantile(double[] sorted, double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)], 1);
}
