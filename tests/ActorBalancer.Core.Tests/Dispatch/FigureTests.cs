using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>What the dispatcher tells those who only look on.</summary>
public sealed class FigureTests
{
    [Fact]
    public void Steps_are_told_while_somebody_wants_them_and_only_ends_and_waits_for_another_attempt()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.AssertDrained();
        Assert.Empty(cluster.Steps);

        cluster.Router.TellsSteps = true;
        int run = 0;
        cluster.Workers[0].Ends = _ => ++run == 1 ? End(AttemptOutcome.Retry, 10) : End(AttemptOutcome.Succeeded);
        cluster.Submit(VirtualCluster.Job(1), VirtualCluster.Job(1) with { RunAt = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs + 1_000) });
        cluster.Pass(5);
        cluster.Tell(r => r.Cancel(cluster.Order[2]));
        cluster.AssertDrained();
        Assert.Equal(
            [(cluster.Order[1], JobState.Retrying, "w1"), (cluster.Order[2], JobState.Cancelled, ""), (cluster.Order[1], JobState.Succeeded, "w1")],
            cluster.Steps.Select(s => (s.Key, s.State, s.Worker)));
        Assert.All(cluster.Steps, s => Assert.Equal(("default", "work"), (s.Queue, s.Kind)));
    }

    [Fact]
    public void Each_job_is_counted_once_with_its_end_and_every_other_run_as_what_it_was()
    {
        VirtualCluster cluster = Cluster(With(attempts: 2, maxWaiting: 6), 2, 1);
        cluster.Workers[0].Ends = cluster.Workers[1].Ends = job => End(JobKey.Sequence(job.Key) == 0 ? AttemptOutcome.Failed : AttemptOutcome.Succeeded);
        cluster.Submit(Enumerable.Range(0, 7).Select(_ => VirtualCluster.Job(20 * Millisecond)));
        cluster.Submit(VirtualCluster.Job(1, kind: "unknown"));
        cluster.Pass(5);
        cluster.Tell(r => r.Cancel(cluster.Order[5]));
        cluster.Workers[1].Kill();
        cluster.AssertDrained();

        DispatchFigures figures = cluster.Router.Figures();
        QueueCounts counts = Assert.Single(figures.Queues).Counts;
        Assert.Equal((6, 4, 1, 1, 0), (counts.Accepted, counts.Succeeded, counts.Cancelled, counts.Died, counts.Discarded));
        Assert.Equal((1, 1), (counts.Retried, counts.Lost));
        Assert.Equal((1, 1), (figures.Refused[(int)RefusalCode.QueueFull], figures.Refused[(int)RefusalCode.UnknownKind]));
        Assert.Equal(6, counts.Responses.Sum());
        // None took under 5 ms, and the last came after its backoff of a second.
        Assert.Equal((0, 0), (counts.Responses[0], counts.Responses[1]));
        Assert.True(counts.ResponseMs >= 1_000);
    }

    [Fact]
    public async Task Dead_jobs_that_the_store_dropped_are_not_counted_once_two_looks_agree()
    {
        VirtualCluster cluster = Cluster(With(attempts: 1), 1);
        cluster.Workers[0].Ends = _ => End(AttemptOutcome.Failed);
        cluster.Submit(VirtualCluster.Job(1), VirtualCluster.Job(1));
        cluster.AssertDrained();
        Assert.Equal(2, cluster.Queue().Dead);
        ActorBalancer.Storage.QueueRow stored = (await cluster.Store.QueuesAsync(CancellationToken.None))[0];
        Look(2);
        Look(0);
        Assert.Equal(2, cluster.Queue().Dead);
        Look(2);
        Look(1);
        Assert.Equal(2, cluster.Queue().Dead);
        Look(1);
        Assert.Equal(1, cluster.Queue().Dead);

        void Look(long dead) => cluster.Tell(r => r.Looked([stored with { Dead = dead }]));
    }

    [Fact]
    public void Response_of_a_scheduled_job_counts_from_its_time()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Submit(VirtualCluster.Job(1) with { RunAt = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs + 60_000) });
        cluster.AssertDrained();
        Assert.InRange(Assert.Single(cluster.Router.Figures().Queues).Counts.ResponseMs, 0, 10);
    }

    [Fact]
    public void Wanted_slots_are_those_of_jobs_that_run_or_could()
    {
        VirtualCluster cluster = Cluster(With(order: QueueOrder.Source), 1);
        cluster.Submit(
            VirtualCluster.Job(Second, source: "a"), VirtualCluster.Job(1, source: "a"), VirtualCluster.Job(1, source: "b"),
            VirtualCluster.Job(1, queue: "other"), VirtualCluster.Job(1) with { RunAt = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs + 60_000) });
        cluster.Pass(10);
        Assert.Equal(3, cluster.Router.Figures().WantedSlots);
        cluster.Set(paused: true, queue: "other");
        Assert.Equal(2, cluster.Router.Figures().WantedSlots);
        cluster.Set(paused: false, queue: "other");
        cluster.AssertDrained();
        Assert.Equal(0, cluster.Router.Figures().WantedSlots);
    }
}
