using ActorBalancer.Load;
using ActorBalancer.Strategies;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>How queues and workers share what there is.</summary>
public sealed class SharingTests
{
    private static Dictionary<string, int> StartsByQueue(VirtualCluster cluster, Dictionary<long, string> queues, int first) =>
        cluster.Runs.Take(first).CountBy(r => queues[r.Key]).ToDictionary();

    /// <summary>Submits to one queue after the other and remembers which job is whose.</summary>
    private static Dictionary<long, string> Fill(VirtualCluster cluster, IEnumerable<(string Queue, int Jobs)> what, long service)
    {
        var queues = new Dictionary<long, string>();
        foreach ((string queue, int jobs) in what)
        {
            int before = cluster.Order.Count;
            cluster.Submit(Enumerable.Range(0, jobs).Select(_ => VirtualCluster.Job(service, queue: queue)));
            cluster.Run(cluster.Now);
            foreach (long key in cluster.Order.Skip(before))
                queues[key] = queue;
        }
        return queues;
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(Binding.Early, Binding.Early)]
    [InlineData(Binding.Early, Binding.Late)]
    public void Two_queues_share_one_slot_evenly_however_many_idle_and_paused_ones_stand_between(Binding? first, Binding? second)
    {
        VirtualCluster cluster = Cluster(null, 1);
        string[] names = [.. Enumerable.Range(0, 50).Select(i => $"q{i:00}")];
        Fill(cluster, names.Select(n => (n, 1)), 1);
        cluster.RunUntilDone();
        foreach (string name in names)
            cluster.Set(paused: true, queue: name);
        cluster.Set(binding: first ?? Binding.Late, queue: names[3]);
        cluster.Set(binding: second ?? Binding.Late, queue: names[40]);
        Dictionary<long, string> queues = Fill(cluster, [(names[3], 200), (names[40], 200), (names[20], 10)], Millisecond);
        foreach (int i in new[] { 3, 40 })
            cluster.Set(paused: false, queue: names[i]);
        cluster.Pass(150);
        Dictionary<string, int> starts = cluster.Runs.Skip(50).CountBy(r => queues[r.Key]).ToDictionary();
        Assert.InRange(starts[names[3]] - starts[names[40]], -2, 2);
        Assert.InRange(starts.Values.Sum(), 90, 150);
        Assert.False(starts.ContainsKey(names[20]));
        cluster.Set(paused: false, queue: names[20]);
        cluster.AssertDrained();
    }

    [Fact]
    public void Long_queue_does_not_hold_up_a_thousand_short_ones()
    {
        VirtualCluster cluster = Cluster(null, 4);
        Dictionary<long, string> queues = Fill(cluster, [("long", 3_000), .. Enumerable.Range(1, 999).Select(i => ($"q{i}", 2))], Millisecond);
        cluster.AssertDrained();
        // By the time that the short ones are through, the long one had its turns and no more.
        int last = cluster.Runs.FindLastIndex(r => queues[r.Key] != "long");
        Dictionary<string, int> starts = StartsByQueue(cluster, queues, last + 1);
        Assert.InRange(starts["long"], 2, 12);
    }

    [Fact]
    public void Worker_of_weight_zero_takes_nothing_and_gives_back_its_line()
    {
        foreach (string strategy in StrategyCatalog.Ids)
        {
            VirtualCluster cluster = Cluster(With(strategy), 2, 2);
            cluster.Submit(Enumerable.Range(0, 100).Select(i => VirtualCluster.Job(5 * Millisecond)));
            cluster.Pass(20);
            long zero = cluster.Workers[0].Incarnation;
            cluster.Tell(r => r.WeightsChanged(new Weights(1_000, [new WorkerWeight(zero, 0), new WorkerWeight(cluster.Workers[1].Incarnation, 2_000)])));
            cluster.Pass(1);
            int before = cluster.Runs.Count(r => r.Worker == "w1");
            cluster.AssertDrained();
            Assert.Equal(before, cluster.Runs.Count(r => r.Worker == "w1"));
        }
    }

    [Fact]
    public void All_weights_zero_means_that_jobs_wait_and_none_is_dropped()
    {
        VirtualCluster cluster = Cluster(null, 2);
        cluster.Tell(r => r.WeightsChanged(new Weights(1_000, [new WorkerWeight(cluster.Workers[0].Incarnation, 0)])));
        cluster.Submit(Enumerable.Range(0, 10).Select(i => VirtualCluster.Job(Millisecond)));
        cluster.Pass(2_000);
        Assert.Empty(cluster.Runs);
        cluster.Tell(r => r.WeightsChanged(new Weights(1_001, [new WorkerWeight(cluster.Workers[0].Incarnation, 1)])));
        cluster.AssertDrained();
    }

    [Fact]
    public void Worker_of_unknown_weight_counts_as_the_mean_of_the_others_also_when_they_change()
    {
        VirtualCluster cluster = Fresh();
        long[] ids = [.. cluster.Workers.Select(w => w.Incarnation)];
        cluster.Tell(r => r.WeightsChanged(new Weights(1, [new WorkerWeight(ids[0], 1_000), new WorkerWeight(ids[1], 3_000)])));
        cluster.Submit(Enumerable.Range(0, 600).Select(i => VirtualCluster.Job(Millisecond)));
        cluster.AssertDrained();
        Assert.Equal([100, 300, 200], Counts(cluster, 0));
        cluster.Tell(r => r.WeightsChanged(new Weights(2, [new WorkerWeight(ids[0], 1_000), new WorkerWeight(ids[1], 1_000)])));
        cluster.Submit(Enumerable.Range(0, 600).Select(i => VirtualCluster.Job(Millisecond)));
        cluster.AssertDrained();
        Assert.All(Counts(cluster, 600), n => Assert.InRange(n, 198, 202));

        static VirtualCluster Fresh()
        {
            var cluster = new VirtualCluster(With("weighted-round-robin"));
            for (int i = 1; i <= 3; i++)
                cluster.AddWorker($"w{i}", 8);
            cluster.Run(2 * Second);
            return cluster;
        }

        static int[] Counts(VirtualCluster cluster, int after) =>
            [.. cluster.Workers.Select(w => cluster.Runs.Skip(after).Count(r => r.Worker == w.Name))];
    }

    [Theory]
    [InlineData("least-connections")]
    [InlineData("round-robin")]
    public void No_worker_ever_holds_more_than_its_slots_and_what_it_asked_for_ahead(string strategy)
    {
        VirtualCluster cluster = Cluster(With(strategy, prefetch: 5), 1, 3);
        cluster.Lateness = 0.1;
        cluster.Doubling = 0.1;
        cluster.Submit(Enumerable.Range(0, 3_000).Select(i => VirtualCluster.Job(200)));
        cluster.At(cluster.Now + 30 * Millisecond, () => cluster.RestartRouter());
        cluster.AssertDrained();
        Assert.InRange(cluster.Workers[0].MostHeld, 2, 6);
        Assert.InRange(cluster.Workers[1].MostHeld, 4, 8);
        Assert.Equal(3_000, cluster.Runs.Count);
    }
}
