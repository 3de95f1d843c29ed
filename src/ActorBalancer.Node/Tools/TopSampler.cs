using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>Asks the node in intervals and makes rates of the differences.</summary>
internal sealed class TopSampler(BalancerClient client, TimeProvider clock)
{
    // Enough for a p99; a listing is work for the router, whose affair is others' jobs.
    private const int Sampled = 200;

    private Dictionary<(string Name, long Incarnation), long> _finished = [];
    private long _taken;
    private DateTimeOffset _since;

    /// <summary>The counts from which the first interval is reckoned.</summary>
    public async Task BeginAsync(CancellationToken stop) => Remember(await client.ListWorkersAsync(stop));

    public async Task<TopSnapshot> TakeAsync(CancellationToken stop)
    {
        IReadOnlyList<WorkerDetails> workers = await client.ListWorkersAsync(stop);
        (Dictionary<(string, long), long> before, long taken, DateTimeOffset since) = (_finished, _taken, _since);
        Remember(workers);
        double seconds = Math.Max(1e-3, clock.GetElapsedTime(taken, _taken).TotalSeconds);
        IReadOnlyList<QueueDetails> queues = await client.ListQueuesAsync(stop);
        double[] times = await ResponseTimesAsync(since, stop);

        // One that came in between has finished all that it has in between.
        long[] done = [.. workers.Select(w => Math.Max(0, (w.Finished ?? 0) - before.GetValueOrDefault((w.Name, w.Incarnation))))];
        long all = done.Sum();
        return new TopSnapshot(
            clock.GetUtcNow(), all / seconds, Percentile(times, 0.5), Percentile(times, 0.99), workers.Sum(w => (long)w.InFlight),
            queues.Sum(q => q.Waiting), queues.Sum(q => q.Scheduled), queues.Sum(q => q.Dead),
            [.. workers.Select((w, i) => new TopWorker(
                w.Name, w.State, w.Slots, w.Running, w.InFlight, done[i] / seconds, all > 0 ? (double)done[i] / all : null, w.Weight, w.EffectiveWeight))],
            queues);
    }

    private void Remember(IReadOnlyList<WorkerDetails> workers)
    {
        (_taken, _since) = (clock.GetTimestamp(), clock.GetUtcNow());
        _finished = [];
        foreach (WorkerDetails worker in workers)
            _finished[(worker.Name, worker.Incarnation)] = worker.Finished ?? 0;
    }

    /// <summary>From submit to end in milliseconds, of the newest jobs that succeeded since; sorted.</summary>
    private async Task<double[]> ResponseTimesAsync(DateTimeOffset since, CancellationToken stop)
    {
        JobListing newest = await client.ListJobsAsync(new JobQuery { State = "succeeded", Limit = Sampled }, stop);
        return [.. newest.Items
            .Where(j => j.FinishedAt >= since && j.SubmittedAt is not null)
            .Select(j => (j.FinishedAt!.Value - j.SubmittedAt!.Value).TotalMilliseconds)
            .Order()];
    }

    /// <summary>The smallest that this share does not exceed.</summary>
    private static double? Percentile(double[] sorted, double share) =>
        sorted.Length == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
