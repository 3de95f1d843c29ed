using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Strategies;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>The way of a job through the production machines, in virtual time.</summary>
public sealed class WayOfAJobTests
{
    private const long Millisecond = 1_000;
    private const long Second = 1_000_000;

    private static BalancerOptions With(string strategy, Binding? binding = null, QueueOrder order = QueueOrder.None) =>
        TestOptions.Balancer with { QueueDefaults = TestOptions.Queue with { Strategy = strategy, Binding = binding, Order = order } };

    private static VirtualCluster Started(BalancerOptions options, params int[] slots)
    {
        var cluster = new VirtualCluster(options);
        for (int i = 0; i < slots.Length; i++)
            cluster.AddWorker($"w{i + 1}", slots[i]);
        cluster.Run(2 * Second);
        cluster.SetWeights();
        return cluster;
    }

    [Fact]
    public void Every_job_runs_once_and_its_result_comes_back()
    {
        VirtualCluster cluster = Started(With("least-connections"), 1, 2, 4);
        cluster.Submit(Enumerable.Range(0, 500).Select(i => VirtualCluster.Job(5 * Millisecond)));
        Assert.True(cluster.RunUntilDone());
        Assert.Equal(500, cluster.Accepted.Count);
        Assert.Equal(500, cluster.Runs.Count);
        Assert.All(cluster.Finished, f => Assert.Equal(f.Key, BitConverter.ToInt64(f.Value.Result.Span)));
        Assert.Equal(0, cluster.Router.StaleOutcomes);
    }

    [Fact]
    public void Long_job_is_never_queued_while_another_slot_is_free()
    {
        // Short jobs make the worker ask for more than it has slots; then long ones come between. A job may wait behind a
        // long one for the hand-back time and a few round trips, and once more where the next worker's slot was taken by a long job at
        // the same moment; never longer, while any slot of the fleet is free.
        VirtualCluster cluster = Started(With("least-connections"), 2, 2, 2);
        var dice = new Random(7);
        for (int burst = 0; burst < 20; burst++)
        {
            cluster.At(cluster.Now + burst * 150 * Millisecond, () => cluster.Submit(
                Enumerable.Range(0, 120).Select(i => VirtualCluster.Job(dice.Next(20) == 0 ? 400 * Millisecond : 500))));
        }
        long freeSince = -1;
        long worst = 0;
        cluster.Watch = () =>
        {
            bool waits = cluster.Accepted.Count > cluster.Finished.Count + cluster.Workers.Sum(w => w.Core.Running);
            bool free = cluster.Workers.Any(w => w.FreeSlots > 0);
            if (!waits || !free)
                freeSince = -1;
            else if (freeSince < 0)
                freeSince = cluster.Now;
            else
                worst = Math.Max(worst, cluster.Now - freeSince);
        };
        cluster.Run(cluster.Now + 3 * Second);
        Assert.True(cluster.RunUntilDone());
        Assert.Equal(2_400, cluster.Finished.Count);
        Assert.InRange(worst, 0, 2 * (10 * Millisecond + 5 * cluster.Latency));
    }

    [Fact]
    public void Microsecond_jobs_keep_every_slot_busy()
    {
        VirtualCluster cluster = Started(With("least-connections"), 2, 2, 2);
        cluster.Submit(Enumerable.Range(0, 90_000).Select(i => VirtualCluster.Job(20)));
        // The rate is learned within the first round trips; from then on no slot may starve.
        cluster.Run(cluster.Now + 50 * Millisecond);
        long[] before = [.. cluster.Workers.Select(w => w.BusyMicros)];
        long start = cluster.Now;
        cluster.Run(start + 200 * Millisecond);
        for (int i = 0; i < before.Length; i++)
        {
            double busy = (cluster.Workers[i].BusyMicros - before[i]) / (2.0 * (cluster.Now - start));
            Assert.True(busy >= 0.95, $"{cluster.Workers[i].Name} was busy {busy:P1} of the time");
        }
        Assert.True(cluster.RunUntilDone());
    }

    [Theory]
    [InlineData("weighted-round-robin", new[] { 1, 2, 4 })]
    [InlineData("round-robin", new[] { 1, 1, 1 })]
    public void Early_binding_keeps_the_promised_shares_under_backlog(string strategy, int[] promised)
    {
        VirtualCluster cluster = Started(With(strategy), 1, 2, 4);
        int jobs = 700 * promised.Sum();
        cluster.Submit(Enumerable.Range(0, jobs).Select(i => VirtualCluster.Job(3 * Millisecond)));
        Assert.True(cluster.RunUntilDone());
        for (int i = 0; i < promised.Length; i++)
            Assert.Equal(700 * promised[i], cluster.Runs.Count(r => r.Worker == cluster.Workers[i].Name));
    }

    [Fact]
    public void Shares_hold_where_jobs_are_handed_back_from_behind_long_ones()
    {
        // Short jobs make the workers ask ahead; what waits behind a long one then is handed back, and keeps its worker.
        VirtualCluster cluster = Started(With("round-robin"), 1, 2, 4);
        var dice = new Random(3);
        cluster.Submit(Enumerable.Range(0, 1_200).Select(i => VirtualCluster.Job(dice.Next(10) == 0 ? 60 * Millisecond : 300)));
        Assert.True(cluster.RunUntilDone());
        foreach (VirtualWorker worker in cluster.Workers)
            Assert.Equal(400, cluster.Runs.Count(r => r.Worker == worker.Name));
    }

    [Fact]
    public void Line_of_a_lost_worker_is_picked_again()
    {
        VirtualCluster cluster = Started(With("round-robin"), 1, 4);
        cluster.Submit(Enumerable.Range(0, 400).Select(i => VirtualCluster.Job(10 * Millisecond)));
        cluster.Run(cluster.Now + 100 * Millisecond);
        Assert.True(cluster.Router.Queues()[0].Waiting > 0);
        cluster.Workers[0].Kill();
        Assert.True(cluster.RunUntilDone());
        Assert.Equal(400, cluster.Finished.Count);
        Assert.All(cluster.Finished.Values, f => Assert.Equal(JobState.Succeeded, f.State));
        // Only what the dead worker really had was lost; its line at the router was not.
        Assert.InRange(cluster.Finished.Values.Sum(f => f.Lost), 1, 2);
    }

    [Fact]
    public void Strategy_and_binding_switch_on_a_running_queue_without_losing_or_doubling_a_job()
    {
        VirtualCluster cluster = Started(With("round-robin"), 1, 2, 4);
        cluster.Submit(Enumerable.Range(0, 2_000).Select(i => VirtualCluster.Job(4 * Millisecond, source: $"s{i % 37}")));
        int turn = 0;
        foreach (string strategy in StrategyCatalog.Ids)
        {
            foreach (Binding binding in new[] { Binding.Early, Binding.Late })
            {
                cluster.At(cluster.Now + ++turn * 60 * Millisecond, () =>
                    Assert.Equal(RefusalCode.None, cluster.Tell(r => r.SetQueue("default", strategy, binding, null)).Code));
            }
        }
        Assert.True(cluster.RunUntilDone());
        Assert.Equal(2_000, cluster.Runs.Count);
        Assert.Equal(2_000, cluster.Runs.Select(r => r.Key).Distinct().Count());
    }
}
