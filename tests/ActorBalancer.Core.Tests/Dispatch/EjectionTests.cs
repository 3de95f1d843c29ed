using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>Workers that fail jobs where others do them.</summary>
public sealed class EjectionTests
{
    [Theory]
    [InlineData("least-connections")]
    [InlineData("adaptive")]
    [InlineData("round-robin")]
    [InlineData("random")]
    public void Black_hole_that_fails_at_once_gets_no_more_than_its_share_while_nobody_has_noticed(string strategy)
    {
        VirtualCluster cluster = BlackHole(strategy);
        // Late: always more than the slots can hold. Early, jobs are bound whether there are free slots or not.
        for (int i = 0; i < 400; i++)
        {
            cluster.Submit(Enumerable.Range(0, strategy is "random" or "round-robin" ? 4 : 10).Select(_ => VirtualCluster.Job(20 * Millisecond)));
            cluster.Pass(10);
        }
        Dictionary<string, int> runs = cluster.Runs.CountBy(r => r.Worker).ToDictionary();
        double others = (runs["w2"] + runs["w3"] + runs["w4"]) / 3.0;
        Assert.InRange(runs["w1"], 0.3 * others, 1.25 * others);
    }

    [Fact]
    public void Where_all_fail_alike_failures_hold_nobody_up()
    {
        VirtualCluster cluster = BlackHole("least-connections");
        cluster.Submit(Enumerable.Range(0, 200).Select(_ => VirtualCluster.Job(20 * Millisecond)));
        cluster.Pass(500);
        foreach (VirtualWorker worker in cluster.Workers)
            (worker.Ends, worker.Speed) = (_ => End(AttemptOutcome.Discarded), 1e6);
        foreach (VirtualWorker worker in cluster.Workers)
            worker.Ends = _ => End(AttemptOutcome.Failed);
        int before = cluster.Runs.Count;
        cluster.Submit(Enumerable.Range(0, 4_000).Select(_ => VirtualCluster.Job(20 * Millisecond)));
        cluster.Pass(1_500);
        // Done one after the other they would be 16 x 50 a second.
        Assert.InRange(cluster.Runs.Count - before, 3_000, int.MaxValue);
    }

    [Fact]
    public void Ejected_worker_gets_nothing_its_line_is_picked_again_and_it_comes_back()
    {
        VirtualCluster cluster = Cluster(With("round-robin"), 2, 2);
        cluster.Submit(Enumerable.Range(0, 100).Select(_ => VirtualCluster.Job(5 * Millisecond)));
        cluster.Pass(20);
        long bad = cluster.Workers[0].Incarnation, good = cluster.Workers[1].Incarnation;
        cluster.Tell(r => r.WeightsChanged(new Weights(1_000, [new WorkerWeight(bad, 2_000) { Ejected = "it fails" }, new WorkerWeight(good, 2_000)])));
        Assert.Equal((WorkerState.Ejected, "it fails"), (cluster.Worker("w1").State, cluster.Worker("w1").Ejected));
        cluster.Pass(2);
        int before = cluster.Runs.Count(r => r.Worker == "w1");
        cluster.AssertDrained();
        Assert.Equal(before, cluster.Runs.Count(r => r.Worker == "w1"));

        cluster.Tell(r => r.WeightsChanged(new Weights(1_001, [new WorkerWeight(bad, 2_000), new WorkerWeight(good, 2_000)])));
        Assert.Equal(WorkerState.Up, cluster.Worker("w1").State);
        cluster.Submit(Enumerable.Range(0, 10).Select(_ => VirtualCluster.Job(5 * Millisecond)));
        cluster.AssertDrained();
        Assert.Equal(before + 5, cluster.Runs.Count(r => r.Worker == "w1"));
        Assert.Equal(
            [NoticeKind.WorkerEjected, NoticeKind.WorkerReturned],
            cluster.Notices.Select(n => n.Kind).Where(k => k is NoticeKind.WorkerEjected or NoticeKind.WorkerReturned));
    }

    [Fact]
    public void Loop_of_runs_and_weights_ejects_the_black_hole_and_tries_it_again()
    {
        VirtualCluster cluster = BlackHole("least-connections");
        LoadBook book = new(new SlowStart(TimeSpan.FromSeconds(30), 0.1), new Moment(0, 0));
        foreach (VirtualWorker worker in cluster.Workers)
            book.Join(worker.Incarnation, worker.Weight, new Moment(0, 0));
        long version = 1_000;
        List<WorkerState> states = [];
        for (int second = 0; second < 45; second++)
        {
            for (int i = 0; i < 50; i++)
            {
                cluster.Submit(Enumerable.Range(0, 10).Select(_ => VirtualCluster.Job(20 * Millisecond)));
                cluster.Pass(20);
            }
            if (second == 20)
                (cluster.Workers[0].Ends, cluster.Workers[0].Speed) = (_ => End(AttemptOutcome.Succeeded), 1);
            book.Read(cluster.Tell(r => r.TakeTallies()), cluster.Moment);
            Weights weights = book.Weigh(cluster.Moment);
            cluster.Tell(r => r.WeightsChanged(weights with { Version = ++version }));
            states.Add(cluster.Worker("w1").State);
        }
        int ejected = states.IndexOf(WorkerState.Ejected);
        Assert.InRange(ejected, 0, 4);
        Assert.Equal(30, states.Count(s => s == WorkerState.Ejected));
        Assert.Equal(WorkerState.Up, states[^1]);
    }

    /// <summary>Four workers of four slots, the first of which fails every job within microseconds.</summary>
    private static VirtualCluster BlackHole(string strategy)
    {
        VirtualCluster cluster = Cluster(With(strategy, attempts: 1_000, prefetch: 4), 4, 4, 4, 4);
        (cluster.Workers[0].Ends, cluster.Workers[0].Speed) = (_ => End(AttemptOutcome.Failed), 1e6);
        return cluster;
    }
}
