using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Strategies;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

public sealed class WeightHistoryTests
{
    [Fact]
    public void Weights_over_time_name_what_changed_and_why()
    {
        VirtualCluster cluster = Cluster(With(), 2, 2);
        (long a, long b) = (cluster.Workers[0].Incarnation, cluster.Workers[1].Incarnation);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.RunUntilDone();
        cluster.Tell(r => r.SetQueue("default", null, null, null, WeightSource.Learned));
        Weigh(1, new WorkerWeight(a, 2_000), new WorkerWeight(b, 500));
        Weigh(2, new WorkerWeight(a, 2_000) { Factors = [new KindFactor("work", 400) { Speed = 0.4 }, new KindFactor("else", 900)] }, new WorkerWeight(b, 2_000));
        Weigh(3, new WorkerWeight(a, 2_000) { Factors = [new KindFactor("work", 300) { Speed = 0.9, Success = 0.3 }] }, new WorkerWeight(b, 2_000) { Ejected = "it fails" });
        Weigh(4, new WorkerWeight(a, 2_000), new WorkerWeight(b, 2_000));

        QueueWeights weights = cluster.Router.WeightsOf("default", 100)!;
        Assert.Equal(
            [
                "w1 joined 2", "w2 joined 2", " least-connections, learned weights 0", "w2 slow start 0.5", "w1 speed 0.8", "w2 slow start is over 2",
                "w1 success rate 0.6", "w2 ejected: it fails 0", "w1 as for the other kinds again 2", "w2 back from ejection, on trial 2",
            ],
            weights.History.Select(c => FormattableString.Invariant($"{c.Worker} {c.Reason} {c.Effective}")));
        Assert.Equal((0.25, "work", 0.3), (weights.History[3].SlowStart, weights.History[6].Kind, weights.History[6].Success));
        Assert.True(weights.History.Zip(weights.History.Skip(1)).All(pair => pair.First.At <= pair.Second.At));
        Assert.Equal(["w1 work 2", "w2 work 2"], weights.Workers.Select(w => FormattableString.Invariant($"{w.Worker} {w.Kind} {w.Effective}")));

        // What was learned does not concern a queue with static weights.
        cluster.Tell(r => r.SetQueue("default", null, null, null, WeightSource.Static));
        Assert.DoesNotContain(cluster.Router.WeightsOf("default", 100)!.History, c => c.Reason is "speed" or "success rate");
        Assert.Equal(3, cluster.Router.WeightsOf("default", 3)!.History.Count);
        Assert.Null(cluster.Router.WeightsOf("nowhere", 100));

        cluster.Run(cluster.Now + 200 * Second);
        Assert.Contains(cluster.Router.WeightsOf("default", 100)!.History, c => c.Reason.StartsWith("the metrics actor is silent", StringComparison.Ordinal));

        void Weigh(int version, params WorkerWeight[] workers)
        {
            cluster.Tell(r => r.WeightsChanged(new Weights(1_000 + version, workers)));
            cluster.Pass(1_000);
        }
    }

    [Fact]
    public void Memory_of_weights_is_bounded()
    {
        VirtualCluster cluster = Cluster(With(), 2);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.RunUntilDone();
        for (int i = 0; i < WeightLog.Most + 100; i++)
        {
            int weight = 3_000 + i;
            cluster.Tell(r => r.WeightsChanged(new Weights(weight, [new WorkerWeight(cluster.Workers[0].Incarnation, weight)])));
        }
        QueueWeights weights = cluster.Router.WeightsOf("default", int.MaxValue)!;
        Assert.Equal(WeightLog.Most, weights.History.Count);
        Assert.Equal(weights.Workers[0].Effective, weights.History[^1].Effective);
    }
}
