using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Strategies;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>Short words that the dispatcher's tests share.</summary>
internal static class DispatchTest
{
    public const long Millisecond = Moment.PerMillisecond;
    public const long Second = Moment.PerSecond;

    public static BalancerOptions With(
        string strategy = "least-connections", QueueOrder order = QueueOrder.None, int attempts = 10, int prefetch = 0, int maxWaiting = 100_000) =>
        TestOptions.Balancer with
        {
            QueueDefaults = TestOptions.Queue with { Strategy = strategy, Order = order, Attempts = attempts },
            Worker = TestOptions.Worker with { PrefetchJobs = prefetch },
            Memory = TestOptions.Memory with { MaxWaiting = maxWaiting },
        };

    public static VirtualCluster Cluster(BalancerOptions? options = null, params int[] slots)
    {
        var cluster = new VirtualCluster(options ?? With());
        for (int i = 0; i < slots.Length; i++)
            cluster.AddWorker($"w{i + 1}", slots[i]);
        cluster.Run(2 * Second);
        cluster.SetWeights();
        return cluster;
    }

    public static RunEnd End(AttemptOutcome outcome, long retryAfterMs = -1) => new() { Outcome = outcome, RetryAfterMs = retryAfterMs, Result = new byte[1] };

    public static void Pass(this VirtualCluster cluster, double ms) => cluster.Run(cluster.Now + (long)(ms * Millisecond));

    public static VirtualRun[] RunsOf(this VirtualCluster cluster, long key) => [.. cluster.Runs.Where(r => r.Key == key)];

    public static void Set(this VirtualCluster cluster, string? strategy = null, Binding? binding = null, bool? paused = null, string queue = "default") =>
        Assert.Equal(RefusalCode.None, cluster.Tell(r => r.SetQueue(queue, strategy, binding, paused)).Code);

    /// <summary>Every accepted job is final exactly once, nothing is counted and nothing is kept any more.</summary>
    public static void AssertDrained(this VirtualCluster cluster)
    {
        Assert.True(cluster.RunUntilDone(), $"{cluster.Accepted.Count - cluster.Finals.Count} jobs are not final: " + string.Join("; ", cluster.Accepted
            .Where(k => !cluster.Finals.ContainsKey(k)).Take(3).Select(k => $"{k}: {cluster.Router.Describe(k)}")));
        cluster.Run(cluster.Now + 2 * Second);
        Assert.Equal(cluster.Accepted.Order(), cluster.Finals.Keys.Order());
        foreach (QueueInfo queue in cluster.Router.Queues())
            Assert.Equal((0, 0, 0), (queue.Waiting, queue.Running, queue.Scheduled));
        Assert.All(cluster.Router.Workers(_ => ""), w => Assert.Equal(0, w.InFlight));
        Assert.Equal(0, cluster.Router.Waiting);
        Assert.Equal(0, cluster.Router.SlotsInUse);
        Assert.Equal(0, cluster.Store.DuplicateOutcomes);
        Assert.Equal(cluster.Runs.Count, cluster.Runs.DistinctBy(r => r.Token).Count());
    }

    /// <summary>Runs of a key never overlap.</summary>
    public static void AssertNoOverlap(this VirtualCluster cluster)
    {
        foreach (IGrouping<long, VirtualRun> runs in cluster.Runs.GroupBy(r => r.Key))
        {
            long end = 0;
            foreach (VirtualRun run in runs)
            {
                Assert.True(run.Started >= end, $"job {run.Key} ran twice at once");
                end = cluster.EndOf(run);
            }
        }
    }

    /// <summary>When the run really ended: by itself, or with its worker.</summary>
    public static long EndOf(this VirtualCluster cluster, VirtualRun run) =>
        run.Ended >= 0 ? run.Ended : cluster.Workers.Single(w => w.Incarnation == run.Incarnation).DiedAt is >= 0 and long died ? died : long.MaxValue;
}
