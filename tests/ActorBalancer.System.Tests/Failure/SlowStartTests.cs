using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Failure;

public sealed class SlowStartTests(ITestOutputHelper output) : FailureTest(output)
{
    protected override KeyValuePair<string, string>[] RouterSettings => [new("ACTORBALANCER__METRICS__SLOW_START", "15s")];

    [Fact]
    public async Task Worker_that_joins_begins_small_and_ends_with_its_whole_share()
    {
        const int jobs = 400;
        await Cluster.AddWorkerAsync("first", 2);
        // Who comes in the router's first ten seconds counts as one of those it began with, and the router is surely up now.
        await WorkerFailureTests.RealSecondsAsync(10);
        // Watched from before it is there: how long a member takes to be up is the cluster's affair.
        Task<ChildNode> joining = Cluster.AddWorkerAsync("second", 2);
        await Eventually.IsTrue(
            async () => (await Cluster.Client.ListWorkersAsync()).Any(w => w.Name == "second" && w.EffectiveWeight < w.Weight),
            "the second worker begins small");
        ChildNode second = await joining;
        await Eventually.IsTrue(async () => await IsWhole(second), "the second worker has its whole weight");
        await Cluster.RunAsync([TestCluster.Job("echo")]);
        await Cluster.Client.SetQueueAsync("default", "weighted-round-robin", binding: null, paused: null);
        // A worker that is silent for a moment gets less in that round, but one that stayed small would never get half.
        await Eventually.IsTrue(
            async () => (await Cluster.RunAsync(TestCluster.Sleeps(jobs, 1))).Count(j => j.Worker == second.Name) is >= (jobs / 2) - 20 and <= (jobs / 2) + 20,
            "the second worker gets half of the jobs");
    }

    private async Task<bool> IsWhole(ChildNode worker) =>
        await Cluster.WorkerAsync(worker) is { } info && info.EffectiveWeight >= info.Weight * 0.999;
}
