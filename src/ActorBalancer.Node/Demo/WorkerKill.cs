using ActorBalancer.Cluster.Gateway;

namespace ActorBalancer.Node.Demo;

/// <summary>
/// Kills the busiest worker in the middle of a strategy's jobs and starts another of its size in its place. Afterwards
/// the jobs' own attempts tell what it cost.
/// </summary>
internal sealed class WorkerKill(DemoCluster cluster, JobClient client, TimeProvider clock)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private DateTimeOffset _at;
    private DemoWorker? _victim;
    private int _running;

    /// <summary>The worker in the victim's place; null while nobody was killed.</summary>
    public DemoWorker? Newcomer { get; private set; }

    public bool Done => _victim is not null;

    /// <summary>Kills once an eighth of the jobs has ended and some worker is known to run a job; not at all if they end before.</summary>
    public async Task RunAsync(StrategyTrial trial, CancellationToken over)
    {
        try
        {
            while (true)
            {
                if (trial.Finished >= trial.Jobs / 8 && await BusiestAsync(over) is { } busiest)
                {
                    _victim = busiest;
                    _at = cluster.Kill(busiest);
                    Newcomer = cluster.StartWorker(busiest.Slots);
                    return;
                }
                await Task.Delay(Poll, clock, over);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The jobs were faster; the next strategy will do.
        }
    }

    /// <summary>How long the lost runs waited for the next attempt, told by the jobs that had one.</summary>
    public async Task<KilledWorker> ReportAsync(IReadOnlyList<RanJob> ended, CancellationToken stop)
    {
        List<double> waits = [];
        foreach (RanJob job in ended)
        {
            if (job.LostRuns == 0 || await client.GetAsync(job.Id, stop) is not { } info)
                continue;
            int lost = info.Attempts.ToList().FindIndex(a => a.Worker == _victim!.Name && a.Outcome == AttemptOutcome.Lost);
            if (lost >= 0 && lost + 1 < info.Attempts.Count)
                waits.Add(Math.Max(0, (info.Attempts[lost + 1].StartedAt - _at).TotalMilliseconds));
        }
        return new KilledWorker(_victim!.Name, _victim.Process.Pid, waits.Count > 0 ? Math.Round(waits.Max(), 1) : null)
        {
            Running = _running,
            Reruns = waits.Count,
            FirstRerunMs = waits.Count > 0 ? Math.Round(waits.Min(), 1) : null,
        };
    }

    /// <summary>When the newcomer's first job started; null while it had none among these.</summary>
    public async Task<JoinedWorker?> FirstJobAsync(IReadOnlyList<RanJob> ended, CancellationToken stop)
    {
        // Jobs end in another order than they start, but within a few times the number of slots.
        double? first = null;
        foreach (RanJob job in ended.Where(j => j.Worker == Newcomer!.Name).Take(4 * Newcomer!.Slots))
        {
            if (await client.GetAsync(job.Id, stop) is { StartedAt: { } started })
                first = Math.Min(first ?? double.MaxValue, (started - Newcomer.StartedAt).TotalMilliseconds);
        }
        return first is { } ms ? new JoinedWorker(Newcomer!.Name, Math.Round(ms, 1)) : null;
    }

    private async Task<DemoWorker?> BusiestAsync(CancellationToken over)
    {
        WorkerInfo? busiest = null;
        foreach (WorkerInfo info in await client.ListWorkersAsync(over))
        {
            if (info.State == WorkerState.Up && info.Running > 0 && info.Running > (busiest?.Running ?? 0))
                busiest = info;
        }
        _running = busiest?.Running ?? 0;
        return busiest is null ? null : cluster.Workers.FirstOrDefault(w => w.Name == busiest.Name);
    }
}
