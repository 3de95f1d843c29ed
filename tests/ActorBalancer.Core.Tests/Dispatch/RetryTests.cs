using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>A final job that somebody has run again.</summary>
public sealed class RetryTests
{
    [Fact]
    public void Dead_job_retried_by_hand_has_a_fresh_budget_and_its_attempts_go_on()
    {
        VirtualCluster cluster = Cluster(With(attempts: 2), 1);
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Failed);
        long key = Submitted(cluster);
        cluster.AssertDrained();
        Assert.Equal((JobState.Dead, 2, 1L), (cluster.Finals[key].State, cluster.Finals[key].Attempt, cluster.Queue().Dead));

        Assert.Equal(RefusalCode.None, cluster.Retry(key));
        Assert.Equal((JobState.Waiting, 0L), (cluster.Read(key).State, cluster.Queue().Dead));
        cluster.AssertDrained();
        Assert.Equal((JobState.Dead, 4, 2), (cluster.Finals[key].State, cluster.Finals[key].Attempt, cluster.Finals[key].Used));

        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Succeeded);
        Assert.Equal(RefusalCode.None, cluster.Retry(key));
        cluster.AssertDrained();
        Assert.Equal(JobState.Succeeded, cluster.Finals[key].State);
        Assert.Equal([1, 2, 3, 4, 5], cluster.Read(key).Attempts.Select(a => a.Number));
    }

    [Fact]
    public void Discarded_and_cancelled_jobs_run_again_and_are_told_to_whoever_watches_now()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Discarded);
        long discarded = Submitted(cluster);
        cluster.AssertDrained();
        cluster.Set(paused: true);
        long cancelled = Submitted(cluster);
        Assert.True(cluster.Tell(r => r.Cancel(cancelled)));
        cluster.Pass(1);
        cluster.Set(paused: false);
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Succeeded);

        cluster.Finished.Clear();
        foreach (long key in new[] { discarded, cancelled })
        {
            Assert.Equal(RefusalCode.None, cluster.Retry(key));
            Assert.True(cluster.Tell(r => r.Watch(7, key, 0, key)));
        }
        cluster.AssertDrained();
        Assert.Equal([JobState.Succeeded, JobState.Succeeded], new[] { discarded, cancelled }.Select(k => cluster.Finals[k].State));
        Assert.Equal([discarded, cancelled], cluster.Finished.Keys.Order());
    }

    [Theory]
    [InlineData("least-connections")]
    [InlineData("round-robin")]
    public void Retried_job_goes_to_its_old_place_before_all_that_came_after_it(string strategy)
    {
        VirtualCluster cluster = Cluster(With(strategy), 1);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.AssertDrained();
        cluster.Set(paused: true);
        cluster.Submit(Enumerable.Range(0, 5).Select(_ => VirtualCluster.Job(Millisecond)));
        cluster.Pass(1);
        long second = cluster.Order[2];
        cluster.Tell(r => r.Cancel(second));
        cluster.Pass(1);
        Assert.Equal(RefusalCode.None, cluster.Retry(second));
        cluster.Set(paused: false);
        cluster.AssertDrained();
        Assert.Equal(cluster.Order, cluster.Runs.Select(r => r.Key));
    }

    [Fact]
    public void Jobs_that_are_not_final_or_succeeded_conflict_and_unknown_ones_are_not_found()
    {
        VirtualCluster cluster = Cluster(null, 1);
        long succeeded = Submitted(cluster);
        cluster.AssertDrained();
        cluster.Submit(VirtualCluster.Job(50 * Millisecond), VirtualCluster.Job(1));
        cluster.Pass(10);
        (long running, long waiting) = (cluster.Order[1], cluster.Order[2]);
        Assert.Equal("running", Detail(cluster, running));
        Assert.Equal("waiting", Detail(cluster, waiting));
        Assert.All(new[] { succeeded, running, waiting }, key => Assert.Equal(RefusalCode.Conflict, cluster.Retry(key)));
        Assert.All(
            new[] { -1, JobKey.Pack(0, 5, 1_000), JobKey.Pack(0, 4, 0), JobKey.Pack(9, 5, 0) },
            key => Assert.Equal(RefusalCode.NotFound, cluster.Retry(key)));
        cluster.AssertDrained();
        Assert.Equal(3, cluster.Runs.Count);

        static string Detail(VirtualCluster cluster, long key) => cluster.Tell(r => r.Retry(key)).Detail!.Split(' ')[3].TrimEnd(';');
    }

    [Fact]
    public void Second_retry_of_a_job_that_waits_again_conflicts()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Set(queue: Cancelled(cluster, out long key), paused: true);
        Assert.Equal(RefusalCode.None, cluster.Retry(key));
        Assert.Equal(RefusalCode.Conflict, cluster.Retry(key));
        cluster.Set(paused: false);
        cluster.AssertDrained();
        Assert.Single(cluster.RunsOf(key));
    }

    [Fact]
    public void Full_backlog_refuses_a_retry_too()
    {
        VirtualCluster cluster = Cluster(With(maxWaiting: 3), 1);
        cluster.Set(queue: Cancelled(cluster, out long key), paused: true);
        cluster.Submit(Enumerable.Range(0, 3).Select(_ => VirtualCluster.Job(1)));
        cluster.Pass(1);
        Assert.Equal(RefusalCode.QueueFull, cluster.Retry(key));
        Assert.Equal(JobState.Cancelled, cluster.Read(key).State);
        cluster.Set(paused: false);
        cluster.AssertDrained();
    }

    [Fact]
    public void Retried_job_waits_on_through_a_restart_of_the_router_and_runs_once()
    {
        VirtualCluster cluster = Cluster(With(attempts: 1), 2);
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Failed);
        long key = Submitted(cluster);
        cluster.AssertDrained();
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Succeeded);
        cluster.Set(paused: true);
        Assert.Equal(RefusalCode.None, cluster.Retry(key));
        cluster.Pass(1);
        cluster.RestartRouter();
        Assert.Equal(RefusalCode.Conflict, cluster.Retry(key));
        cluster.Pass(2_000);
        cluster.Set(paused: false);
        cluster.AssertDrained();
        Assert.Equal((JobState.Succeeded, 2), (cluster.Finals[key].State, cluster.RunsOf(key).Length));
    }

    [Fact]
    public void Run_that_was_given_up_does_not_end_the_job_that_somebody_retried()
    {
        VirtualCluster cluster = Cluster(With(attempts: 1), 1);
        VirtualWorker lost = cluster.Workers[0];
        cluster.Submit(VirtualCluster.Job(20 * Millisecond));
        cluster.Pass(5);
        long key = cluster.Order[0];
        lost.Paused = true;
        cluster.Tell(r => r.WorkerSilent(lost.Incarnation));
        cluster.Run(cluster.Now + 13 * Second);
        cluster.Tell(r => r.WorkerRemoved(lost.Incarnation));
        cluster.Pass(1);
        Assert.Equal((JobState.Dead, AttemptOutcome.Lost), (cluster.Finals[key].State, cluster.Finals[key].Outcome));

        cluster.AddWorker("w2", 1);
        cluster.Pass(100);
        Assert.Equal(RefusalCode.None, cluster.Retry(key));
        lost.Paused = false;
        cluster.AssertDrained();
        Assert.Equal((JobState.Succeeded, "w2"), (cluster.Finals[key].State, cluster.Finals[key].Worker));
    }

    [Fact]
    public void Poisoned_job_starts_again_with_no_crashes()
    {
        VirtualCluster cluster = Cluster(null, 1);
        long key = Submitted(cluster, 50 * Millisecond);
        for (int i = 0; i < 3; i++)
        {
            cluster.Run(cluster.Now + Second, () => cluster.RunsOf(key).Length > i);
            cluster.Workers[^1].Kill();
            cluster.AddWorker($"v{i}", 1);
        }
        cluster.AssertDrained();
        Assert.Equal(DeadReason.Poisoned, cluster.Finals[key].Reason);
        Assert.Equal(RefusalCode.None, cluster.Retry(key));
        cluster.AssertDrained();
        Assert.Equal((JobState.Succeeded, 0), (cluster.Finals[key].State, cluster.Finals[key].Crashes));
    }

    [Fact]
    public void Retried_job_of_an_ordered_source_waits_for_the_one_that_holds_it()
    {
        VirtualCluster cluster = Cluster(With(order: QueueOrder.Source), 2);
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Discarded);
        cluster.Submit(VirtualCluster.Job(Millisecond, source: "s"));
        cluster.AssertDrained();
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Succeeded);
        cluster.Submit(VirtualCluster.Job(40 * Millisecond, source: "s"), VirtualCluster.Job(40 * Millisecond, source: "s"));
        cluster.Pass(10);
        Assert.Equal(RefusalCode.None, cluster.Retry(cluster.Order[0]));
        Assert.Equal("an earlier job of its source is not final yet", cluster.Router.Describe(cluster.Order[0])!.Value.Waiting);
        cluster.AssertDrained();
        Assert.Equal([cluster.Order[0], cluster.Order[1], cluster.Order[2], cluster.Order[0]], cluster.Runs.Select(r => r.Key));
        for (int i = 1; i < 4; i++)
            Assert.True(cluster.Runs[i].Started >= cluster.Runs[i - 1].Ended);
    }

    [Fact]
    public void Store_that_is_away_changes_nothing_and_says_so()
    {
        VirtualCluster cluster = Cluster(null, 1);
        Cancelled(cluster, out long key);
        cluster.StoreAnswers = CommitResult.Unavailable;
        Assert.Equal(RefusalCode.StoreUnavailable, cluster.Retry(key));
        cluster.StoreAnswers = null;
        Assert.Equal(JobState.Cancelled, cluster.Read(key).State);
        Assert.Equal(RefusalCode.None, cluster.Retry(key));
        cluster.AssertDrained();
        Assert.Equal(JobState.Succeeded, cluster.Finals[key].State);
    }

    private static long Submitted(VirtualCluster cluster, long micros = 1)
    {
        cluster.Submit(VirtualCluster.Job(micros));
        cluster.Run(cluster.Now + 1);
        return cluster.Order[^1];
    }

    private static string Cancelled(VirtualCluster cluster, out long key)
    {
        cluster.Submit(VirtualCluster.Job(1) with { RunAt = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs + 60_000) });
        cluster.Pass(1);
        long cancelled = key = cluster.Order[^1];
        Assert.True(cluster.Tell(r => r.Cancel(cancelled)));
        cluster.Pass(1);
        Assert.Equal(JobState.Cancelled, cluster.Finals[key].State);
        return "default";
    }
}
