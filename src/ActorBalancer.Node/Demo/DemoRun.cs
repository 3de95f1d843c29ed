using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Node.Nodes;
using ActorBalancer.Strategies;

namespace ActorBalancer.Node.Demo;

/// <summary>The strategies in turn, with a worker killed and another started on the way.</summary>
internal sealed class DemoRun(DemoArguments arguments, string folder, IReadOnlyList<SampleFile> files, DemoScreen? screen, TimeProvider clock)
{
    // Neither of the two that the demo is there to compare, and not the last, so that the newcomer's whole share is seen too.
    private const string KillUnder = "weighted-round-robin";

    private readonly List<StrategyReport> _reports = [];
    private readonly List<KilledWorker> _killed = [];
    private readonly List<JoinedWorker> _joined = [];
    private readonly List<WorkerKill> _unseen = [];
    private readonly AlteredFiles _altered = new();

    /// <summary>The first thing that went wrong, in a sentence; null if nothing did.</summary>
    public string? Problem { get; private set; }

    public async Task<DemoReport> RunAsync(CancellationToken stop)
    {
        int jobs = arguments.Jobs ?? files.Count;
        await using DemoCluster cluster = await DemoCluster.StartAsync(arguments.Workers, clock, stop);
        await using ClientNode node = await ClientNode.JoinAsync(cluster.Seed, stop);
        JobClient client = node.Jobs;
        await cluster.WaitForAllAsync(client, stop);
        await StrategyTrial.WarmUpAsync(client, stop);
        screen?.Begin(folder, files.Count, jobs, cluster.Workers);
        foreach (StrategyInfo strategy in StrategyCatalog.All)
        {
            await cluster.WaitForAllAsync(client, stop);
            StrategyTrial trial = new(strategy, client, files, jobs, cluster.Workers, _altered, clock);
            WorkerKill? kill = KillIsDue(strategy) ? new WorkerKill(cluster, client, clock) : null;
            await RunAsync(trial, kill, stop);

            StrategyReport report = trial.Report(kill?.Newcomer is { } newcomer ? [newcomer] : []);
            _reports.Add(report);
            screen?.Show(report, strategy.DefaultBinding == Binding.Late ? "late" : "early");
            await TellOfKillAsync(kill, trial, stop);
            Problem = trial.Problem;
            if (Problem is not null)
                break;
        }
        if (Problem is null)
            screen?.Compare(_reports);
        screen?.Show(_altered);
        Problem ??= KillProblem();
        return new DemoReport(_reports, _killed, _joined);
    }

    private static async Task RunAsync(StrategyTrial trial, WorkerKill? kill, CancellationToken stop)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task killing = kill?.RunAsync(trial, over.Token) ?? Task.CompletedTask;
        try
        {
            await trial.RunAsync(stop);
        }
        finally
        {
            await over.CancelAsync();
            await killing;
        }
    }

    /// <summary>From its strategy on until a kill has cost a run: with very few jobs, the first try may come too late.</summary>
    private bool KillIsDue(StrategyInfo strategy) =>
        arguments.Kill && _reports.Sum(r => r.Rerun) == 0 && (strategy.Id == KillUnder || _reports.Any(r => r.Id == KillUnder));

    /// <summary>A demo that was to kill a worker has shown nothing if that cost no run, or if nobody took the worker's place.</summary>
    private string? KillProblem()
    {
        if (!arguments.Kill)
            return null;
        if (_killed.Sum(k => k.Reruns) == 0)
            return "no worker was killed while it ran a job, so no job ran again; give more jobs with --jobs";
        return _joined.Count > 0 ? null : "the worker that was started in the killed one's place got no job; give more jobs with --jobs";
    }

    private async Task TellOfKillAsync(WorkerKill? kill, StrategyTrial trial, CancellationToken stop)
    {
        if (kill is { Done: true })
        {
            KilledWorker killed = await kill.ReportAsync(trial.Ended, stop);
            _killed.Add(killed);
            screen?.Show(killed);
            _unseen.Add(kill);
        }
        foreach (WorkerKill earlier in _unseen.ToArray())
        {
            if (await earlier.FirstJobAsync(trial.Ended, stop) is not { } joined)
                continue;
            _unseen.Remove(earlier);
            _joined.Add(joined);
            screen?.Show(joined);
        }
    }
}
