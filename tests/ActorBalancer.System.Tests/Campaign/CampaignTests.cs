using System.Diagnostics;
using ActorBalancer.CampaignNode;
using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Campaign.Faults;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Campaign;

/// <summary>
/// The short campaign: the promise holds, whatever breaks. How fast things recover is shown and decides nothing; tests/campaign
/// plays more rounds, and one of them again by its seed.
/// </summary>
public sealed class CampaignTests(ITestOutputHelper output)
{
    // What is broken there does not become final, however long one waits.
    private static readonly TimeSpan WhereItBreaks = TimeSpan.FromSeconds(10);

    private static readonly KeyValuePair<string, string>[] ShortLease = [new("ACTORBALANCER__ROUTER__LEASE_TIME", "3s")];

    // The same schedule with the fence and without it.
    private static readonly RoundPlan LateCommit = new("postgres", 7, Of("late-commit")) { RouterSettings = ShortLease };

    [SkippableTheory]
    [InlineData("sqlite", 1, "worker-kill,router-kill,client-gone")]
    [InlineData("sqlite", 2, "disk-full,all-kill,duplicate-keys,poison")]
    [InlineData("postgres", 4, "worker-kill-restart,pg-drop-connections,router-kill")]
    [InlineData("postgres", 5, "owner-pause-long,pg-kill")]
    [InlineData("postgres", 6, "split")]
    public async Task Nothing_accepted_is_lost_and_no_stale_run_records_a_result(string store, int seed, string faults)
    {
        RoundResult result = await PlayAsync(new RoundPlan(store, seed, Of(faults)));
        Assert.True(result.Verdict.Holds, $"{result.Row}\n{result.Verdict}\nAgain: tests/campaign --minutes 0 --seed {seed} --store {store} --fault {faults}\n{result.Logs}");
        if (Of(faults).Any(f => f.KeepsRuns))
            Assert.Empty(result.Verdict.Repeated);
    }

    [SkippableFact]
    public async Task Commit_that_arrives_after_the_takeover_breaks_nothing()
    {
        RoundResult result = await PlayAsync(LateCommit);
        Assert.True(result.Verdict.Holds, $"{result.Row}\n{result.Verdict}\n{result.Logs}");
    }

    [SkippableFact]
    public async Task Campaign_finds_what_a_store_without_a_fence_breaks()
    {
        RoundResult result = await PlayAsync(LateCommit with { RouterSettings = [.. ShortLease, new(LateStore.Unfenced, "1")], Patience = WhereItBreaks });
        output.WriteLine($"{result.Verdict}");
        Assert.True(result.Verdict.Lost.Count + result.Verdict.StaleOutcomes.Count > 0, $"{result.Row}\n{result.Logs}");
    }

    [Fact]
    public async Task Campaign_finds_what_a_router_takes_with_it_whose_store_is_its_memory()
    {
        RoundResult result = await PlayAsync(new RoundPlan("memory", 8, Of("router-kill")) { Patience = WhereItBreaks });
        Assert.NotEmpty(result.Verdict.Lost);
    }

    [Fact]
    public void Plan_follows_from_its_seed()
    {
        Assert.Equal($"{new RoundPlan("sqlite", 5, FaultCatalog.All)}", $"{new RoundPlan("sqlite", 5, FaultCatalog.All)}");
        Assert.NotEqual($"{new RoundPlan("sqlite", 5, FaultCatalog.All)}", $"{new RoundPlan("sqlite", 6, FaultCatalog.All)}");
    }

    [Theory]
    [InlineData("--minutes x", "'--minutes x' is not understood.")]
    [InlineData("--seed", "'--seed ' is not understood.")]
    [InlineData("--fault nothing", "There is no fault 'nothing'")]
    [InlineData("--store sqlite --fault pg-kill", "None of these stores knows all of these faults.")]
    public void Wrong_arguments_are_told(string arguments, string problem)
    {
        Assert.Null(CampaignArguments.Parse(arguments.Split(' '), out string told));
        Assert.StartsWith(problem, told, StringComparison.Ordinal);
    }

    private static Fault[] Of(string names) => [.. names.Split(',').Select(name => FaultCatalog.Find(name)!)];

    private async Task<RoundResult> PlayAsync(RoundPlan plan)
    {
        string? obstacle = await Round.ObstacleAsync(plan);
        Skip.If(obstacle is not null, obstacle);
        Stopwatch watch = Stopwatch.StartNew();
        RoundResult result = await Round.PlayAsync(plan, output.WriteLine);
        Spread workers = Spread.Of([.. RoundFigures.OfWorkers(result.Evidence)]), routers = Spread.Of([.. RoundFigures.OfRouters(result.Evidence)]);
        string figures = FormattableString.Invariant(
            $"{result.Row}; after a worker p50 {workers.P50} max {workers.Max} ms, after a router max {routers.Max} ms; {watch.Elapsed.TotalSeconds:0} s in all");
        output.WriteLine(figures);
        output.WriteLine(Submission.Sum(result.Evidence.Submissions));
        Console.WriteLine($"campaign on {plan.Store}: {figures}");
        return result;
    }
}
