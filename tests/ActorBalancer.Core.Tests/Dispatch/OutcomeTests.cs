using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>What becomes of a job.</summary>
public sealed class OutcomeTests
{
    [Fact]
    public void Failed_job_is_tried_again_after_a_doubling_backoff_until_its_attempts_are_spent()
    {
        VirtualCluster cluster = Cluster(With(attempts: 5), 1);
        cluster.Workers[0].Ends = _ => new RunEnd { Outcome = AttemptOutcome.Failed, RetryAfterMs = -1, Error = "boom" };
        cluster.Submit(VirtualCluster.Job(Millisecond), VirtualCluster.Job(Millisecond) with { Attempts = 2 });
        cluster.AssertDrained();
        VirtualRun[] runs = cluster.RunsOf(cluster.Order[0]);
        Assert.Equal(5, runs.Length);
        for (int i = 1; i < runs.Length; i++)
        {
            double wait = (runs[i].Started - runs[i - 1].Ended) / (double)Second;
            Assert.InRange(wait, 0.79 * (1 << (i - 1)), 1.21 * (1 << (i - 1)) + 0.01);
        }
        Assert.Equal(2, cluster.RunsOf(cluster.Order[1]).Length);
        Assert.All(cluster.Finals.Values, f => Assert.Equal((JobState.Dead, DeadReason.Attempts, "boom"), (f.State, f.Reason, f.Error)));
        Assert.Equal(2, cluster.Queue().Dead);
        Assert.Equal([1, 2, 3, 4, 5], cluster.Read(cluster.Order[0]).Attempts.Select(a => a.Number));
    }

    [Fact]
    public void Handler_chooses_its_retry_time_and_may_discard()
    {
        VirtualCluster cluster = Cluster(null, 1);
        int run = 0;
        cluster.Workers[0].Ends = _ => ++run == 1 ? End(AttemptOutcome.Retry, 7_000) : End(AttemptOutcome.Discarded);
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.Pass(100);
        Assert.Equal((JobState.Retrying, 1), (cluster.Router.Describe(cluster.Order[0])!.Value.State, cluster.Router.Describe(cluster.Order[0])!.Value.Attempt));
        cluster.AssertDrained();
        Assert.InRange(cluster.Runs[1].Started - cluster.Runs[0].Ended, 7 * Second, 7 * Second + 20 * Millisecond);
        Assert.Equal(JobState.Discarded, cluster.Finals.Values.Single().State);
    }

    [Fact]
    public void Scheduled_job_waits_for_its_time_and_the_past_means_now()
    {
        VirtualCluster cluster = Cluster(null, 1);
        long start = cluster.Now;
        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs);
        cluster.Submit(VirtualCluster.Job(1) with { RunAt = now.AddSeconds(90) }, VirtualCluster.Job(1) with { RunAt = now.AddSeconds(-90) });
        cluster.Pass(100);
        Assert.Equal((1, 0), (cluster.Queue().Scheduled, cluster.Queue().Waiting));
        Assert.Equal(JobState.Scheduled, cluster.Router.Describe(cluster.Order[0])!.Value.State);
        cluster.AssertDrained();
        Assert.InRange(cluster.RunsOf(cluster.Order[1])[0].Started - start, 0, 10 * Millisecond);
        Assert.InRange(cluster.RunsOf(cluster.Order[0])[0].Started - start, 90 * Second, 90 * Second + 10 * Millisecond);
    }

    [Fact]
    public void Jobs_that_fail_together_do_not_come_back_together()
    {
        VirtualCluster cluster = Cluster(With(), 50);
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Failed);
        cluster.Submit(Enumerable.Range(0, 50).Select(_ => VirtualCluster.Job(Millisecond)));
        cluster.Pass(100);
        long[] due = [.. cluster.Stored.Select(row => row.RunAtUnixMs)];
        Assert.Equal(50, due.Length);
        // The backoff of a second, give or take a fifth: throws of the same dice, not one throw for all.
        Assert.True(due.Distinct().Count() > 20, $"{due.Distinct().Count()} different times");
        Assert.InRange(due.Max() - due.Min(), 100, 500);
    }

    public enum Stage
    {
        Waiting,
        Bound,
        Held,
        Scheduled,
        Retrying,
        Running,
        QueuedAtWorker,
        Finishing,
        FinishingWithRetry,
        Undecided,
    }

    [Theory]
    [InlineData(Stage.Waiting, 0)]
    [InlineData(Stage.Bound, 0)]
    [InlineData(Stage.Held, 0)]
    [InlineData(Stage.Scheduled, 0)]
    [InlineData(Stage.Retrying, 1)]
    [InlineData(Stage.Running, 1)]
    [InlineData(Stage.QueuedAtWorker, 0)]
    [InlineData(Stage.Finishing, 1)]
    [InlineData(Stage.FinishingWithRetry, 1)]
    [InlineData(Stage.Undecided, 1)]
    public void Job_that_is_cancelled_at_any_stage_has_exactly_one_outcome(Stage stage, int runs)
    {
        VirtualCluster cluster = Cluster(
            With(stage == Stage.Bound ? "round-robin" : "least-connections", stage == Stage.Held ? QueueOrder.Source : QueueOrder.None, prefetch: 64), 1);
        long service = 100 * Millisecond;
        bool retries = stage is Stage.Retrying or Stage.FinishingWithRetry;
        // Something before it, where it is not itself to be in the slot.
        if (stage is Stage.Waiting or Stage.Bound or Stage.Held)
            cluster.Submit(VirtualCluster.Job(service, source: "a"));
        if (stage == Stage.QueuedAtWorker)
        {
            cluster.Submit(Enumerable.Range(0, 500).Select(_ => VirtualCluster.Job(20)));
            cluster.RunUntilDone();
            cluster.Submit(VirtualCluster.Job(service));
        }
        cluster.Pass(5);
        if (retries)
            cluster.Workers[0].Ends = _ => End(AttemptOutcome.Retry, 60_000);
        int before = cluster.Order.Count;
        JobRequest job = VirtualCluster.Job(service, source: "a");
        cluster.Submit(stage == Stage.Scheduled ? job with { RunAt = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs + 60_000) } : job);
        cluster.Pass(stage == Stage.Retrying ? 200 : stage == Stage.QueuedAtWorker ? 1 : 20);
        long key = cluster.Order[before];
        if (stage is Stage.Finishing or Stage.FinishingWithRetry)
        {
            // The store is away, so its outcome is on the way for as long as we like.
            cluster.StoreAnswers = CommitResult.Unavailable;
            cluster.Pass(150);
        }
        if (stage == Stage.Undecided)
            cluster.RestartRouter();
        // While it is not read back yet, the store is asked what it is.
        if (stage == Stage.Undecided)
            cluster.Cancel(key);
        else
            Assert.True(cluster.Tell(r => r.Cancel(key)));
        Assert.True(cluster.Tell(r => r.Cancel(key)) || stage is not (Stage.Running or Stage.Finishing));
        cluster.Pass(5);
        cluster.StoreAnswers = null;
        cluster.AssertDrained();
        Assert.Equal(runs, cluster.RunsOf(key).Length);
        Assert.Equal(stage == Stage.Finishing ? JobState.Succeeded : JobState.Cancelled, cluster.Finals[key].State);
        JobInfo info = cluster.Read(key);
        Assert.Equal(runs, info.Attempts.Count);
        Assert.True(info.FinishedAt >= info.SubmittedAt);
        Assert.False(cluster.Tell(r => r.Cancel(key)));
        if (stage is Stage.Running or Stage.Undecided)
            Assert.True(cluster.RunsOf(key)[0].Ended - cluster.RunsOf(key)[0].Started < service, "the handler was not cancelled");
    }

    [Fact]
    public void Cancel_that_reached_the_worker_holds_although_the_router_was_replaced_meanwhile()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Submit(VirtualCluster.Job(Second));
        cluster.Pass(10);
        Assert.True(cluster.Tell(r => r.Cancel(cluster.Order[0])));
        // The order leaves, and then the router's process ends before it hears of the outcome.
        cluster.Run(cluster.Now + cluster.Latency + 50);
        cluster.RestartRouter();
        cluster.AssertDrained();
        Assert.Equal(JobState.Cancelled, cluster.Finals[cluster.Order[0]].State);
        Assert.Single(cluster.Runs);
    }

    [Fact]
    public void Jobs_cancelled_again_and_again_on_a_paused_queue_or_far_ahead_leave_nothing_in_memory()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.Pass(10);
        cluster.Set(paused: true);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.Pass(1);
        DateTimeOffset far = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs).AddYears(1);
        int most = 0;
        for (int i = 0; i < 1_000; i++)
        {
            int first = cluster.Order.Count;
            cluster.Submit(VirtualCluster.Job(1, priority: i % 10), VirtualCluster.Job(1) with { RunAt = far });
            cluster.Pass(1);
            cluster.Tell(r => r.Cancel(cluster.Order[first]));
            cluster.Tell(r => r.Cancel(cluster.Order[first + 1]));
            cluster.Pass(1);
            most = Math.Max(most, cluster.Router.SlotsInUse);
        }
        Assert.InRange(most, 1, 200);
        cluster.Set(paused: false);
        cluster.AssertDrained();
        Assert.Equal(2, cluster.Runs.Count);
    }

    [Fact]
    public void Repeated_late_and_reordered_reports_change_nothing()
    {
        VirtualCluster cluster = Cluster(With(prefetch: 16), 2, 2);
        cluster.Doubling = 0.5;
        cluster.Lateness = 0.3;
        cluster.Submit(Enumerable.Range(0, 400).Select(i => VirtualCluster.Job(Millisecond)));
        cluster.AssertDrained();
        Assert.Equal(400, cluster.Runs.Count);
        Assert.Equal(400, cluster.Finished.Count);
        Assert.Equal(0, cluster.Router.StaleOutcomes);
    }

    [Fact]
    public void Batches_and_reports_that_get_lost_are_sent_again()
    {
        VirtualCluster cluster = Cluster(With(prefetch: 16), 2, 2);
        cluster.Loss = 0.3;
        cluster.Submit(Enumerable.Range(0, 400).Select(i => VirtualCluster.Job(Millisecond)));
        cluster.AssertDrained();
        Assert.Equal(400, cluster.Runs.Count);
        Assert.Equal(0, cluster.Router.StaleOutcomes);
    }
}
