using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Strategies;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>Who goes first.</summary>
public sealed class OrderTests
{
    [Theory]
    [InlineData(Binding.Early)]
    [InlineData(Binding.Late)]
    public void Jobs_start_in_the_order_of_their_keys_by_priority_and_then_acceptance(Binding binding)
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.Pass(10);
        cluster.Set(binding: binding, paused: true);
        for (int batch = 0; batch < 5; batch++)
        {
            cluster.Submit(Enumerable.Range(0, 20).Select(i => VirtualCluster.Job(Millisecond, priority: (i * 7 + batch) % 10)));
            cluster.Pass(1);
        }
        cluster.Set(paused: false);
        cluster.AssertDrained();
        Assert.Equal(cluster.Order.Skip(1).Order(), cluster.Runs.Skip(1).Select(r => r.Key));
    }

    [Fact]
    public void Jobs_that_are_handed_back_or_lost_go_again_before_all_that_came_later()
    {
        VirtualCluster cluster = Cluster(null, 2);
        cluster.Submit(Enumerable.Range(0, 6).Select(i => VirtualCluster.Job(50 * Millisecond)));
        cluster.Pass(10);
        cluster.Workers[0].Kill();
        cluster.Submit(Enumerable.Range(0, 6).Select(i => VirtualCluster.Job(50 * Millisecond)));
        cluster.Pass(10);
        cluster.AddWorker("w2", 1);
        cluster.AssertDrained();
        Assert.Equal(cluster.Order, cluster.Runs.Where(r => r.Worker == "w2").Select(r => r.Key));
    }

    [Fact]
    public void Parked_submits_are_accepted_in_the_order_in_which_they_came()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Submit(VirtualCluster.Job(2, queue: "new", priority: 5));
        cluster.Submit(VirtualCluster.Job(2, queue: "new", priority: 5));
        cluster.Submit(VirtualCluster.Job(2, queue: "new", priority: 5));
        cluster.AssertDrained();
        Assert.Equal(cluster.Answers.OrderBy(a => a.Ticket).Select(a => a.Keys[0]), cluster.Order.Order());
    }

    [Theory]
    [InlineData("least-connections")]
    [InlineData("source-hash")]
    public void Jobs_of_one_source_run_one_after_another_in_order_with_all_their_retries(string strategy)
    {
        VirtualCluster cluster = Cluster(With(strategy, QueueOrder.Source), 3, 3);
        var failed = new HashSet<long>();
        foreach (VirtualWorker worker in cluster.Workers)
        {
            worker.Ends = job => job.Key % 3 == 0 && failed.Add(job.Key)
                ? End(AttemptOutcome.Failed) : End(AttemptOutcome.Succeeded);
        }
        cluster.Submit(Enumerable.Range(0, 60).Select(i => VirtualCluster.Job(5 * Millisecond, source: $"s{i % 4}")));
        cluster.Submit(Enumerable.Range(0, 20).Select(i => VirtualCluster.Job(5 * Millisecond)));
        cluster.AssertDrained();
        Assert.NotEmpty(failed);
        for (int source = 0; source < 4; source++)
        {
            long[] keys = [.. Enumerable.Range(0, 15).Select(i => cluster.Order[i * 4 + source])];
            VirtualRun[] runs = [.. cluster.Runs.Where(r => keys.Contains(r.Key))];
            Assert.Equal(keys, runs.Select(r => r.Key).Distinct());
            for (int i = 1; i < runs.Length; i++)
                Assert.True(runs[i].Started >= runs[i - 1].Ended && runs[i].Key >= runs[i - 1].Key);
        }
    }

    [Fact]
    public void Cancelled_members_of_a_chain_are_passed_over_head_and_tail_included()
    {
        VirtualCluster cluster = Cluster(With(order: QueueOrder.Source), 4);
        cluster.Submit(Enumerable.Range(0, 8).Select(i => VirtualCluster.Job(20 * Millisecond, source: "a")));
        cluster.Pass(5);
        // The head runs; the second, fourth, and last are cancelled, then the head itself.
        foreach (int i in new[] { 1, 3, 7, 0 })
            Assert.True(cluster.Tell(r => r.Cancel(cluster.Order[i])));
        cluster.Pass(5);
        cluster.Submit(VirtualCluster.Job(20 * Millisecond, source: "a"));
        cluster.AssertDrained();
        Assert.Equal(new[] { 0, 2, 4, 5, 6, 8 }.Select(i => cluster.Order[i]), cluster.Runs.Select(r => r.Key));
        Assert.Equal(4, cluster.Finals.Values.Count(f => f.State == JobState.Cancelled));
        cluster.AssertNoOverlap();
    }

    [Fact]
    public void Scheduled_jobs_of_one_source_that_are_due_together_run_as_they_were_accepted()
    {
        VirtualCluster cluster = Cluster(With(order: QueueOrder.Source), 4);
        DateTimeOffset due = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs + 500);
        cluster.Submit(Enumerable.Range(0, 30).Select(i => VirtualCluster.Job(Millisecond, source: "a") with { RunAt = due }));
        cluster.AssertDrained();
        Assert.Equal(cluster.Order, cluster.Runs.Select(r => r.Key));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Source_stays_taken_over_a_restart_of_the_router_by_the_run_that_was_adopted(bool sameProcess)
    {
        VirtualCluster cluster = Cluster(With(order: QueueOrder.Source), 2, 2);
        cluster.Submit(Enumerable.Range(0, 5).Select(i => VirtualCluster.Job(400 * Millisecond, source: "a", priority: i)));
        cluster.Pass(20);
        cluster.RestartRouter(sameProcess);
        cluster.Run(cluster.Now);
        cluster.Submit(VirtualCluster.Job(Millisecond, source: "a", priority: 9));
        cluster.AssertDrained();
        cluster.AssertNoOverlap();
        Assert.Equal(6, cluster.Runs.Count);
        for (int i = 1; i < cluster.Runs.Count; i++)
            Assert.True(cluster.Runs[i].Started >= cluster.Runs[i - 1].Ended);
    }

    [Fact]
    public void Source_stays_taken_over_a_restart_of_the_router_by_the_job_that_waits_for_its_retry()
    {
        VirtualCluster cluster = Cluster(With(order: QueueOrder.Source), 2);
        bool failed = false;
        cluster.Workers[0].Ends = _ =>
        {
            bool first = !failed;
            failed = true;
            return first ? End(AttemptOutcome.Retry, 3_000) : End(AttemptOutcome.Succeeded);
        };
        cluster.Submit(VirtualCluster.Job(Millisecond, source: "a"), VirtualCluster.Job(Millisecond, source: "a", priority: 9));
        cluster.Pass(100);
        Assert.Equal(1, cluster.Queue().Scheduled);
        cluster.RestartRouter();
        cluster.AssertDrained();
        Assert.Equal([cluster.Order[0], cluster.Order[0], cluster.Order[1]], cluster.Runs.Select(r => r.Key));
    }
}
