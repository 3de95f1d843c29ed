using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>Only the first jobs of each stream are in memory.</summary>
public sealed class WindowTests
{
    private static readonly DispatchLimits Tiny = new() { StreamJobs = 8, SourceJobs = 2, LoadJobs = 5 };

    private static VirtualCluster Small(BalancerOptions? options = null, params int[] slots) => Small(lateLoads: true, options, slots);

    private static VirtualCluster Small(bool lateLoads, BalancerOptions? options, params int[] slots)
    {
        var cluster = new VirtualCluster(options ?? With(), limits: Tiny) { LateLoads = lateLoads };
        for (int i = 0; i < slots.Length; i++)
            cluster.AddWorker($"w{i + 1}", slots[i]);
        cluster.Run(2 * Second);
        return cluster;
    }

    private static IEnumerable<JobRequest> Jobs(int count, Func<int, JobRequest>? make = null) =>
        Enumerable.Range(0, count).Select(make ?? (_ => VirtualCluster.Job(Millisecond)));

    [Fact]
    public void Backlog_above_the_window_runs_in_its_order_and_everybody_hears_of_it()
    {
        // Where reading takes time, so tiny a window runs dry, and jobs of lower priority go first meanwhile.
        VirtualCluster cluster = Small(lateLoads: false, null, 1);
        cluster.Submit(Jobs(300, i => VirtualCluster.Job(Millisecond, priority: i % 3)));
        cluster.Pass(5);
        Assert.InRange(cluster.Router.SlotsInUse, 1, 8 * 3 + 4);
        Assert.InRange(cluster.Queue().Waiting, 290, 300);
        cluster.AssertDrained();
        Assert.NotEmpty(cluster.Loads);
        Assert.Equal(cluster.Order.Order(), cluster.Finished.Keys.Order());
        long[] ran = [.. cluster.Runs.Select(r => r.Key)];
        // What the worker had before the others came is the only exception.
        Assert.Equal(ran.Skip(8).Order(), ran.Skip(8));
    }

    [Fact]
    public void Kind_that_nobody_offers_does_not_stall_the_others_however_many_wait()
    {
        VirtualCluster cluster = Small(null, 2);
        cluster.Tell(r => r.KindsKnown(["nobody"]));
        cluster.Submit(Jobs(500, _ => VirtualCluster.Job(1, "nobody")));
        cluster.Submit(Jobs(40));
        Assert.True(cluster.Run(cluster.Now + 5 * Second, () => cluster.Finals.Count == 40));
        Assert.Equal(500, cluster.Queue().Waiting);
    }

    [Fact]
    public void Restarted_router_finds_all_kinds_and_counts_without_reading_the_whole_backlog()
    {
        VirtualCluster cluster = Small(null, 1);
        cluster.Tell(r => r.KindsKnown(["rare", "other"]));
        cluster.Set(paused: true, queue: Named(cluster));
        cluster.Submit(Jobs(2_000, i => VirtualCluster.Job(1, i == 1_999 ? "rare" : "other")));
        cluster.Pass(100);
        cluster.Loads.Clear();
        cluster.RestartRouter();
        cluster.Pass(500);
        Assert.Equal(2_000, cluster.Queue().Waiting);
        Assert.InRange(cluster.Loads.Sum(load => load.Keys.Length), 9, 30);
        Assert.Contains("rare", cluster.Queue().UnofferedKinds);
    }

    [Fact]
    public void Job_in_the_store_alone_is_cancelled_and_its_submitter_told()
    {
        VirtualCluster cluster = Small(null, 1);
        cluster.Submit(Jobs(100));
        cluster.Pass(9);
        long key = cluster.Order[90];
        Assert.False(cluster.Tell(r => r.Cancel(key)));
        cluster.Cancel(key);
        cluster.AssertDrained();
        Assert.Equal((JobState.Cancelled, JobState.Cancelled), (cluster.Finals[key].State, cluster.Finished[key].State));
        Assert.Empty(cluster.RunsOf(key));
        Assert.Equal(100, cluster.Finished.Count);
    }

    [Fact]
    public void Hot_source_leaves_room_for_the_others_and_keeps_its_order()
    {
        VirtualCluster cluster = Small(With(order: QueueOrder.Source), 2);
        cluster.Submit(Jobs(200, _ => VirtualCluster.Job(10 * Millisecond, source: "hot")));
        cluster.Submit(Jobs(20, i => VirtualCluster.Job(Millisecond, source: $"s{i}")));
        Assert.True(cluster.Run(cluster.Now + Second, () => cluster.Order.Count == 220 && cluster.Order.Skip(200).All(cluster.Finals.ContainsKey)));
        Assert.True(cluster.Finals.Count < 220);
        cluster.AssertDrained();
        Assert.Equal(cluster.Order.Take(200), cluster.Runs.Where(r => cluster.Read(r.Key).Source == "hot").Select(r => r.Key));
    }

    [Fact]
    public void Due_jobs_without_room_wait_their_turn_in_the_store()
    {
        VirtualCluster cluster = Small(null, 1);
        DateTimeOffset due = DateTimeOffset.FromUnixTimeMilliseconds(cluster.UnixMs + 200);
        cluster.Submit(Jobs(300, i => VirtualCluster.Job(Millisecond, priority: i % 2) with { RunAt = due.AddMilliseconds(300 - i) }));
        cluster.Pass(100);
        Assert.Equal((0, 300), (cluster.Queue().Waiting, cluster.Queue().Scheduled));
        Assert.InRange(cluster.Router.SlotsInUse, 1, 20);
        cluster.AssertDrained();
        Assert.Equal(300, cluster.Finished.Count);
    }

    [Fact]
    public async Task Outcome_of_a_job_that_is_final_already_forgets_it_and_is_counted()
    {
        VirtualCluster cluster = Small(lateLoads: false, null, 1);
        cluster.ChecksSteps = false;
        cluster.Submit(VirtualCluster.Job(50 * Millisecond));
        cluster.Pass(20);
        long key = cluster.Order[0];
        var behind = new Commit { Incarnation = cluster.Router.Incarnation };
        behind.Outcomes.Add(new OutcomeRow { Key = key, State = JobState.Cancelled, Worker = "", FinishedUnixMs = cluster.UnixMs });
        Assert.Equal(CommitResult.Done, await cluster.Store.CommitAsync(behind, default));
        cluster.Finals[key] = behind.Outcomes[0];
        cluster.Tell(r => r.WorkerGone(cluster.Workers[0].Incarnation, "killed"));
        cluster.Pass(100);
        Assert.Equal(1, cluster.Router.DuplicateOutcomes);
        Assert.Equal(0, cluster.Router.SlotsInUse);
        Assert.Single(cluster.Runs);
    }

    private static string Named(VirtualCluster cluster)
    {
        cluster.Submit(VirtualCluster.Job(1));
        cluster.AssertDrained();
        return "default";
    }
}
