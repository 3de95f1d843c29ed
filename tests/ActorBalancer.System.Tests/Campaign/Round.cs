using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Campaign.Faults;
using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Campaign.Staging;
using ActorBalancer.SystemTests.Network;

namespace ActorBalancer.SystemTests.Campaign;

/// <summary>What came of a round.</summary>
internal sealed record RoundResult(RoundRow Row, Verdict Verdict, Evidence Evidence, string Logs);

/// <summary>Plays a plan with real processes and checks what is left.</summary>
internal static class Round
{
    // worker.contact-lease: from then on nobody counts on a run that was not heard of.
    private const long LeaseMicros = 10_000_000;

    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);

    /// <summary>Why this round cannot be played here; null: it can.</summary>
    public static async Task<string?> ObstacleAsync(RoundPlan plan)
    {
        if (plan.Store == "postgres" && !PostgresStage.IsPossible)
            return "no PostgreSQL server is installed here";
        if (plan.Faults.Any(f => f.TakesRoot) && Environment.UserName != "root")
            return "it takes root";
        return plan.Faults.Any(f => f.TakesNetwork) ? await NetworkLab.ObstacleAsync() : null;
    }

    public static async Task<RoundResult> PlayAsync(RoundPlan plan, Action<string> tell)
    {
        tell($"plan: {plan}");
        await using Stage stage = await Stage.StartAsync(await SettingsAsync(plan));
        using StageApi api = new();
        using Producers producers = new(stage, api, $"{plan.Store[0]}{plan.Seed}", plan.Seed);
        producers.Start();
        foreach ((Fault fault, FaultStep step) in plan.Faults.Zip(plan.Steps))
        {
            await Task.Delay(step.After);
            tell($"  {fault.Name}");
            await fault.Strike(stage, producers, step);
        }
        await Task.Delay(Afterwards);
        producers.Stop();
        tell("  healing");
        await stage.HealAsync();
        DateTimeOffset healed = TimeProvider.System.GetUtcNow();
        tell("  draining");
        await producers.AnsweredAsync(AnswerTime);
        IReadOnlyDictionary<string, JobHistory> histories = await Drain.FinishAsync(stage, api, producers.Submissions, plan.Patience);

        Evidence evidence = new(producers.Submissions, Ledger.Read(stage.Ledgers), histories, stage.Faults, LeaseMicros);
        Verdict verdict = Checker.Check(evidence);
        DateTimeOffset last = histories.Values.Max(h => h.FinishedAt) ?? healed;
        RoundRow row = new(
            plan.Name, plan.Seed, verdict.Accepted, verdict.Lost.Count, verdict.Unexpected.Count, verdict.Duplicates,
            verdict.OverlapsExplained, verdict.OverlapsUnexplained.Count, verdict.StaleOutcomes.Count,
            Spread.Of([.. RoundFigures.Redispatches(evidence)]), Math.Round(RoundFigures.LongestGap(evidence.Ledger), 1),
            Math.Max(0, Math.Round((last - healed).TotalMilliseconds, 1)));
        return new RoundResult(row, verdict, evidence, verdict.Holds && !plan.Verbose ? "" : stage.Logs);
    }

    private static async Task<StageSettings> SettingsAsync(RoundPlan plan)
    {
        StageSettings settings = new(new MemoryStage()) { Routers = plan.Routers, RouterSettings = plan.RouterSettings, HasLateRouter = plan.Faults.Any(f => f.TakesLateRouter), Verbose = plan.Verbose };
        if (plan.Faults.Any(f => f.TakesNetwork))
        {
            string[] hosts =
            [
                .. Enumerable.Range(1, settings.Routers).Select(i => $"router-{i}"), .. Enumerable.Range(1, settings.Workers).Select(i => $"worker-{i}"),
            ];
            settings = settings with { Lab = await NetworkLab.CreateAsync(hosts) };
        }
        return settings with
        {
            Store = plan.Store switch
            {
                "sqlite" => new SqliteStage(plan.Faults.Max(f => f.Disk)),
                "postgres" => PostgresStage.Start(settings.Lab?.Outside.ToString()),
                _ => settings.Store,
            },
        };
    }
}
