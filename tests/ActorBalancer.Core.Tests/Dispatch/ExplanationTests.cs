using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Strategies;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>Why jobs went where they went. Nothing of a fleet is kept but its changes, so what is built back is compared with what was there.</summary>
public sealed class ExplanationTests
{
    [Theory]
    [InlineData("least-connections", WeightSource.Static)]
    [InlineData("adaptive", WeightSource.Learned)]
    [InlineData("round-robin", WeightSource.Static)]
    [InlineData("weighted-round-robin", WeightSource.Static)]
    [InlineData("random", WeightSource.Learned)]
    [InlineData("source-hash", WeightSource.Static)]
    public void Decision_is_told_later_as_it_was_told_at_once_and_its_scores_made_it(string strategy, WeightSource weights)
    {
        VirtualCluster cluster = Cluster(With(strategy, prefetch: 2), 1, 2, 3, 4);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.RunUntilDone();
        cluster.Tell(r => r.SetQueue("default", strategy, null, null, weights));
        Random dice = new(5);
        Dictionary<long, JobDecision> atOnce = [];
        int seen = 1;
        cluster.Watch = () =>
        {
            for (; seen < cluster.Order.Count && cluster.Router.Explain(cluster.Order[seen]) is [{ Worker: not null } decision, ..]; seen++)
                atOnce.Add(cluster.Order[seen], decision);
        };
        for (int i = 0; i < 60; i++)
        {
            cluster.Submit(Enumerable.Range(0, dice.Next(1, 12)).Select(_ => VirtualCluster.Job(dice.Next(1, 20) * Millisecond, source: $"s{dice.Next(50)}")));
            if (i % 10 == 9)
                Disturb(cluster, i, weights);
            cluster.Pass(dice.Next(1, 15));
        }
        cluster.AssertDrained();

        Assert.InRange(atOnce.Count, 200, 700);
        foreach ((long key, JobDecision then) in atOnce)
        {
            JobDecision now = cluster.Router.Explain(key)[0];
            Assert.Equal(Text(then), Text(now));
            Assert.Equal((1, strategy, weights), (now.Attempt, now.Strategy, now.Weights));
            Assert.Equal(cluster.RunsOf(key)[0].Worker, cluster.Router.Explain(key)[^1].Worker);
            AssertWon(strategy, now);
        }
    }

    [Fact]
    public void Whoever_was_not_chosen_has_its_reason()
    {
        VirtualCluster cluster = Cluster(With(), 2, 2, 2, 2, 2, 2);
        cluster.AddWorker("other", 2, kinds: ["else"]);
        cluster.Pass(2_000);
        long[] ids = [.. cluster.Workers.Select(w => w.Incarnation)];
        cluster.Tell(r => r.WeightsChanged(new Weights(1_000,
        [
            new WorkerWeight(ids[0], 2_000), new WorkerWeight(ids[1], 0), new WorkerWeight(ids[2], 2_000) { Ejected = "it fails" },
            new WorkerWeight(ids[3], 200), new WorkerWeight(ids[4], 2_000), new WorkerWeight(ids[5], 2_000),
        ])));
        cluster.Tell(r => r.DrainOrdered("w5", drain: true));
        cluster.Tell(r => r.WorkerSilent(ids[5]));
        cluster.Submit(VirtualCluster.Job(Second), VirtualCluster.Job(Second), VirtualCluster.Job(Second));
        cluster.Pass(10);

        JobDecision third = Assert.Single(cluster.Router.Explain(cluster.Order[2]));
        Assert.Equal(("w4", "the only one that could be chosen"), (third.Worker, third.Why));
        Dictionary<string, string?> why = third.Candidates.ToDictionary(c => c.Worker, c => c.WhyNot);
        Assert.Equal(7, why.Count);
        Assert.Equal(
            ["no credit", "weight 0", "ejected", null, "draining", "silent", "kind not offered"],
            cluster.Workers.Select(w => why[w.Name]));
        Assert.Equal(["slow start"], third.Candidates[0].Notes);
        Assert.All(third.Candidates.Where(c => c.Worker != "other"), c => Assert.InRange(c.ViewAge!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Job_that_nobody_can_take_says_of_each_worker_why()
    {
        VirtualCluster cluster = Cluster(With(), 1, 1);
        cluster.Submit(VirtualCluster.Job(Second), VirtualCluster.Job(Second), VirtualCluster.Job(1));
        cluster.Pass(10);
        JobDecision waits = Assert.Single(cluster.Router.Explain(cluster.Order[2]));
        Assert.Equal((null, "nobody can be chosen now"), (waits.Worker, waits.Why));
        Assert.All(waits.Candidates, c => Assert.Equal("no credit", c.WhyNot));

        cluster.Tell(r => r.WeightsChanged(new Weights(1_000, [.. cluster.Workers.Select(w => new WorkerWeight(w.Incarnation, 0))])));
        cluster.Pass(2_000);
        Assert.Equal("every worker that offers the kind 'work' and takes jobs has weight 0", cluster.Router.Describe(cluster.Order[2])!.Value.Waiting);
        Assert.All(cluster.Router.Explain(cluster.Order[2])[^1].Candidates, c => Assert.Equal("weight 0", c.WhyNot));
    }

    [Fact]
    public void Job_under_which_a_worker_died_says_that_no_strategy_was_asked()
    {
        VirtualCluster cluster = Cluster(With("round-robin"), 1, 1);
        cluster.Submit(VirtualCluster.Job(Second));
        cluster.Pass(10);
        cluster.Workers.Single(w => w.Name == cluster.Runs[0].Worker).Kill();
        cluster.AssertDrained();

        JobInfo job = cluster.Read(cluster.Order[0]);
        Assert.Equal(["round-robin", "crashed-before"], job.Attempts.Select(a => a.Why));
        JobDecision[] both = cluster.Router.Explain(cluster.Order[0]);
        Assert.Equal([1, 2], both.Select(d => d.Attempt));
        Assert.StartsWith("a worker died under it before", both[1].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Word_in_the_attempt_is_of_the_strategy_that_chose_and_not_of_a_later_one()
    {
        VirtualCluster cluster = Cluster(With("random"), 1, 1);
        cluster.Submit(VirtualCluster.Job(Second));
        cluster.Pass(10);
        cluster.Set("round-robin");
        cluster.AssertDrained();
        Assert.Equal("random", cluster.Read(cluster.Order[0]).Attempts[0].Why);
        Assert.Equal("random", Assert.Single(cluster.Router.Explain(cluster.Order[0])).Strategy);
    }

    [Fact]
    public void Memory_of_decisions_is_bounded_and_what_it_has_is_whole()
    {
        VirtualCluster cluster = Cluster(With(prefetch: 64), 8, 8, 8);
        cluster.Submit(Enumerable.Range(0, 2 * DecisionLog.MostDecisions).Select(_ => VirtualCluster.Job(Millisecond)));
        cluster.AssertDrained();
        JobDecision[][] all = [.. cluster.Order.Where((_, i) => i % 16 == 0).Select(k => cluster.Router.Explain(k))];
        int kept = all.Count(d => d.Length > 0);
        Assert.InRange(kept, 1_000 / 16, DecisionLog.MostDecisions / 16);
        Assert.All(all[..^kept], Assert.Empty);
        Assert.All(all[^kept..], decisions => AssertWon("least-connections", Assert.Single(decisions)));
    }

    private static void Disturb(VirtualCluster cluster, int i, WeightSource weights)
    {
        long[] ids = [.. cluster.Workers.Select(w => w.Incarnation)];
        KindFactor[] factors = weights == WeightSource.Learned ? [new KindFactor("work", 500 + (10 * i))] : [];
        cluster.Tell(r => r.WeightsChanged(new Weights(1_000 + i,
        [
            new WorkerWeight(ids[0], 1_000), new WorkerWeight(ids[1], 2_000 + (i * 10)),
            new WorkerWeight(ids[2], 3_000) { Factors = factors }, new WorkerWeight(ids[3], 4_000) { Ejected = i % 20 == 9 ? "it fails" : null },
        ])));
        if (i == 29)
            cluster.AddWorker("late", 2);
        if (i == 39)
            cluster.Tell(r => r.DrainOrdered("w2", drain: true));
    }

    /// <summary>All but what only the time of the question changes.</summary>
    private static string Text(JobDecision d) => $"{d.Worker} {d.Why} {d.At:O} {d.WeightsAge} {d.Score} " + string.Join("; ", d.Candidates.Select(c =>
        FormattableString.Invariant($"{c.Worker} {Math.Round(c.Score ?? -9, 4) + 0.0:0.0000} {c.Load} {c.Slots} {c.Weight} {c.ViewAge} {c.WhyNot} {string.Join(",", c.Notes)}")));

    private static void AssertWon(string strategy, JobDecision d)
    {
        DecisionCandidate chosen = d.Candidates[0];
        Assert.Equal((d.Worker, null), (chosen.Worker, chosen.WhyNot));
        // Those that could have been chosen; the others say that they could not.
        DecisionCandidate[] others = [.. d.Candidates.Skip(1).Where(c => c.WhyNot is not ("draining" or "ejected" or "no credit" or "joining" or "full: at its share of the load"))];
        switch (strategy)
        {
            case "round-robin":
                Assert.Equal(0, chosen.Score);
                Assert.Equal(Enumerable.Range(1, others.Length), others.Select(c => (int)c.Score!.Value).Order());
                break;
            case "weighted-round-robin":
                Assert.InRange(chosen.Score!.Value, -1e-4, 1);
                Assert.InRange(chosen.Score.Value + others.Sum(c => c.Score!.Value), -1e-3, 1e-3);
                Assert.All(others, c => Assert.InRange(c.Score!.Value, -1, 1));
                break;
            case "random":
                Assert.Equal(1, chosen.Score!.Value + others.Sum(c => c.Score!.Value), 1e-6);
                break;
            default:
                Assert.All(others, c => Assert.True(c.Score >= chosen.Score, $"{c.Worker} has {c.Score}, {chosen.Worker} was chosen with {chosen.Score}"));
                break;
        }
    }
}
