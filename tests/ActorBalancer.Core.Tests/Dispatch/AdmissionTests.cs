using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>What is accepted, and what becomes of it while the store or the lease is away.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public void One_job_more_than_may_wait_is_refused_alone_and_there_is_room_again_when_some_have_run()
    {
        VirtualCluster cluster = Cluster(With(maxWaiting: 10), 1);
        cluster.Submit(Enumerable.Range(0, 13).Select(i => VirtualCluster.Job(Millisecond)));
        cluster.Pass(0.05);
        SubmitAnswer answer = cluster.Answers.Single();
        Assert.Equal(10, answer.Keys.Count(k => k >= 0));
        Assert.Equal([RefusalCode.QueueFull, RefusalCode.QueueFull, RefusalCode.QueueFull], answer.Codes![10..]);
        Assert.Contains("10 jobs wait", answer.Detail, StringComparison.Ordinal);
        cluster.RunUntilDone();
        cluster.Submit(Enumerable.Range(0, 10).Select(i => VirtualCluster.Job(Millisecond)));
        cluster.AssertDrained();
        Assert.Equal(20, cluster.Accepted.Count);
    }

    [Fact]
    public void Batch_of_all_or_none_is_refused_whole_and_takes_neither_a_place_nor_a_sequence()
    {
        VirtualCluster cluster = Cluster(With(maxWaiting: 3), 1);
        cluster.Submit(BatchRule.AllOrNone, VirtualCluster.Job(1), VirtualCluster.Job(1, kind: "nonesuch"), VirtualCluster.Job(1));
        cluster.Submit(BatchRule.AllOrNone, Enumerable.Range(0, 4).Select(_ => VirtualCluster.Job(1)));
        cluster.Pass(0.05);
        Assert.All(cluster.Answers, a => Assert.All(a.Keys, k => Assert.Equal(-1, k)));
        Assert.Equal([RefusalCode.None, RefusalCode.UnknownKind, RefusalCode.None], cluster.Answers[0].Codes);
        Assert.Equal([RefusalCode.None, RefusalCode.None, RefusalCode.None, RefusalCode.QueueFull], cluster.Answers[1].Codes);
        Assert.Empty(cluster.Accepted);

        cluster.Submit(BatchRule.AllOrNone, Enumerable.Range(0, 3).Select(_ => VirtualCluster.Job(1)));
        cluster.Pass(0.05);
        Assert.Null(cluster.Answers[2].Codes);
        Assert.Equal([0, 1, 2], cluster.Answers[2].Keys.Select(JobKey.Sequence));
        cluster.AssertDrained();
    }

    [Fact]
    public void Batch_that_only_asks_learns_which_row_would_be_refused_and_leaves_nothing_behind()
    {
        VirtualCluster cluster = Cluster(With(maxWaiting: 3), 1);
        cluster.Submit(BatchRule.OnlyAsk, Enumerable.Range(0, 3).Select(_ => VirtualCluster.Job(1)));
        cluster.Submit(BatchRule.OnlyAsk, VirtualCluster.Job(1), VirtualCluster.Job(1, kind: "nonesuch"));
        cluster.Pass(0.05);
        Assert.All(cluster.Answers, a => Assert.All(a.Keys, k => Assert.Equal(-1, k)));
        Assert.Null(cluster.Answers[0].Codes);
        Assert.Equal(RefusalCode.UnknownKind, cluster.Answers[1].Codes![1]);
        Assert.Empty(cluster.Accepted);
        cluster.Submit(Enumerable.Range(0, 3).Select(_ => VirtualCluster.Job(1)));
        cluster.AssertDrained();
        Assert.Equal(3, cluster.Accepted.Count);
    }

    [Fact]
    public void Refused_jobs_make_no_queue()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Submit(VirtualCluster.Job(1, kind: "nonesuch", queue: "a"), VirtualCluster.Job(1, queue: "b"));
        cluster.Submit(BatchRule.AllOrNone, VirtualCluster.Job(1, queue: "c"), VirtualCluster.Job(1, kind: "nonesuch", queue: "d"));
        cluster.Submit(BatchRule.OnlyAsk, VirtualCluster.Job(1, queue: "e"));
        cluster.Pass(0.05);
        Assert.Equal([RefusalCode.UnknownKind, RefusalCode.None], cluster.Answers.Single(a => a.Keys.Any(k => k >= 0)).Codes!);
        Assert.Contains(cluster.Answers, a => a.Codes is [RefusalCode.None, RefusalCode.UnknownKind]);
        Assert.Contains(cluster.Answers, a => a.Codes is null && a.Keys is [-1]);
        Assert.Equal(["b"], cluster.Router.Queues().Select(q => q.Name));
        cluster.AssertDrained();
    }

    [Fact]
    public void Kind_that_no_worker_ever_registered_is_refused_alone()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Submit(VirtualCluster.Job(1), VirtualCluster.Job(1, kind: "nonesuch"), VirtualCluster.Job(1));
        cluster.AssertDrained();
        SubmitAnswer answer = cluster.Answers.Single();
        Assert.Equal([RefusalCode.None, RefusalCode.UnknownKind, RefusalCode.None], answer.Codes!);
        Assert.Contains("'nonesuch'", answer.Detail, StringComparison.Ordinal);
        Assert.Contains("work", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Kind_is_not_called_unknown_before_the_workers_that_may_offer_it_have_said_hello_to_a_new_router()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.RestartRouter();
        cluster.Submit(VirtualCluster.Job(1));
        cluster.Pass(0.05);
        Assert.Equal(RefusalCode.NotReady, cluster.Answers.Single().Codes![0]);
        cluster.Pass(5);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.AssertDrained();
        Assert.Single(cluster.Accepted);
    }

    [Theory]
    [InlineData(Binding.Early)]
    [InlineData(Binding.Late)]
    public void Known_kind_without_a_worker_waits_and_says_so_holds_nobody_up_and_runs_when_one_joins(Binding binding)
    {
        VirtualCluster cluster = Cluster(null, 1);
        VirtualWorker special = cluster.AddWorker("special", 1, kinds: ["rare"]);
        cluster.Submit(VirtualCluster.Job(1));
        cluster.Pass(10);
        cluster.Set(binding: binding);
        special.Kill();
        cluster.Pass(10);
        cluster.Submit(VirtualCluster.Job(Millisecond, kind: "rare", priority: 9), VirtualCluster.Job(Millisecond, kind: "rare"));
        cluster.Submit(Enumerable.Range(0, 5).Select(_ => VirtualCluster.Job(Millisecond, priority: 1)));
        cluster.Pass(50);
        Assert.Equal(6, cluster.Finals.Count);
        Assert.Equal(["rare"], cluster.Queue().UnofferedKinds);
        Assert.Equal("no worker offers the kind 'rare' now", cluster.Router.Describe(cluster.Order[1])!.Value.Waiting);
        Assert.Single(cluster.Notices, n => n.Kind == NoticeKind.KindUnoffered);
        cluster.AddWorker("other", 1, kinds: ["rare"]);
        cluster.AssertDrained();
        Assert.All(cluster.Runs.Where(r => r.Kind == "rare"), r => Assert.Equal("other", r.Worker));
        Assert.Empty(cluster.Queue().UnofferedKinds);
    }

    [Fact]
    public void Jobs_go_only_to_workers_that_offer_their_kind_whatever_the_strategy()
    {
        foreach (string strategy in StrategyCatalog.Ids)
        {
            VirtualCluster cluster = Cluster(With(strategy, prefetch: 8));
            cluster.AddWorker("a", 2, kinds: ["x", "y"]);
            cluster.AddWorker("b", 2, kinds: ["y", "z"]);
            cluster.AddWorker("c", 2, kinds: ["z"]);
            cluster.Pass(1_000);
            cluster.Submit(Enumerable.Range(0, 300).Select(i => VirtualCluster.Job(Millisecond, kind: "xyz"[i % 3].ToString())));
            cluster.AssertDrained();
            Assert.Equal(300, cluster.Runs.Count);
            Assert.Subset(new HashSet<string> { "ax", "ay", "by", "bz", "cz" }, cluster.Runs.Select(r => r.Worker + r.Kind).ToHashSet());
        }
    }

    [Fact]
    public void Submits_are_refused_while_the_store_is_away_and_outcomes_are_kept_until_it_is_back()
    {
        VirtualCluster cluster = Cluster(null, 2);
        cluster.Submit(VirtualCluster.Job(50 * Millisecond), VirtualCluster.Job(60 * Millisecond), VirtualCluster.Job(10 * Millisecond));
        cluster.Pass(10);
        cluster.StoreAnswers = CommitResult.Unavailable;
        for (int i = 0; i < 20; i++)
        {
            cluster.Submit(VirtualCluster.Job(Millisecond));
            cluster.Pass(100);
        }
        cluster.Pass(300);
        Assert.Equal(21, cluster.Answers.Count);
        Assert.All(cluster.Answers.Skip(1), a => Assert.Equal((-1L, RefusalCode.StoreUnavailable), (a.Keys[0], a.Codes![0])));
        Assert.Empty(cluster.Finals);
        cluster.StoreAnswers = null;
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.AssertDrained();
        Assert.Equal(4, cluster.Finals.Count);
        Assert.Equal(4, cluster.Runs.Count);
        Assert.Equal([NoticeKind.StoreAway, NoticeKind.StoreBack], cluster.Notices.Select(n => n.Kind).Where(k => k is NoticeKind.StoreAway or NoticeKind.StoreBack));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Commit_that_hangs_holds_up_only_what_is_in_it(bool stored)
    {
        VirtualCluster cluster = Cluster(null, 2);
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.AssertDrained();
        cluster.StoreHangs = true;
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.Pass(1);
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.Pass(1900);
        Assert.Single(cluster.Answers);
        Assert.False(cluster.Router.IsStoreLate);
        cluster.Pass(200);
        Assert.Equal(RefusalCode.StoreUnavailable, Assert.Single(cluster.Answers[1..]).Codes![0]);
        Assert.True(cluster.Router.IsStoreLate);
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.Submit(VirtualCluster.Job(Millisecond, queue: "another"));
        cluster.Pass(0);
        Assert.Equal(4, cluster.Answers.Count);
        Assert.All(cluster.Answers.Skip(1), a => Assert.Equal((-1L, RefusalCode.StoreUnavailable), (a.Keys[0], a.Codes![0])));
        cluster.Pass(60_000);
        Assert.Equal(4, cluster.Answers.Count);

        cluster.Answer(stored ? CommitResult.Done : CommitResult.Unavailable);
        cluster.Pass(1000);
        Assert.Equal(stored ? null : RefusalCode.StoreUnavailable, cluster.Answers[4].Codes?[0]);
        Assert.False(cluster.Router.IsStoreLate);
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.AssertDrained();
        Assert.Equal(stored ? 3 : 2, cluster.Finals.Count);
        Assert.Equal([NoticeKind.StoreAway, NoticeKind.StoreBack], cluster.Notices.Select(n => n.Kind).Where(k => k is NoticeKind.StoreAway or NoticeKind.StoreBack));
    }

    [Theory]
    [InlineData((int)CommitResult.Fenced, 1, 0)]
    [InlineData((int)CommitResult.Unknown, 0, 1)]
    public void Fenced_router_says_so_lets_its_callers_ask_the_next_owner_and_sends_nothing_more(int result, int moved, int unknown)
    {
        VirtualCluster cluster = Cluster(null, 4);
        cluster.Submit(VirtualCluster.Job(100 * Millisecond), VirtualCluster.Job(100 * Millisecond));
        cluster.Pass(10);
        Dispatcher old = cluster.Router;
        cluster.StoreAnswers = (CommitResult)result;
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.Run(cluster.Now);
        Assert.NotEqual(old.Incarnation, cluster.Router.Incarnation);
        Assert.Equal((moved, unknown), (cluster.Moved.Count, cluster.Unknown.Count));
        old.Now = cluster.Moment;
        old.Flush();
        Assert.Empty(old.Effects.Sends);
        Assert.Null(old.Effects.Commit);
        cluster.StoreAnswers = null;
        // It registered anew in the same process; nobody told the workers, yet nothing runs twice.
        cluster.AssertDrained();
        Assert.Equal(2, cluster.Runs.Count);
    }

    [Fact]
    [Trait("Rule", "12")]
    public void Without_a_lease_nothing_is_sent_and_running_jobs_go_on()
    {
        VirtualCluster cluster = Cluster(null, 2);
        cluster.Submit(VirtualCluster.Job(50 * Millisecond));
        cluster.Pass(10);
        cluster.Tell(r => r.MayAssign(false));
        cluster.Submit(Enumerable.Range(0, 5).Select(_ => VirtualCluster.Job(Millisecond)));
        cluster.Pass(5_000);
        Assert.Single(cluster.Runs);
        Assert.Single(cluster.Finals);
        Assert.Equal(5, cluster.Queue().Waiting);
        cluster.Tell(r => r.MayAssign(true));
        cluster.AssertDrained();
        Assert.Equal(6, cluster.Runs.Count);
    }

    [Fact]
    public void Lost_batch_is_not_sent_again_without_a_lease()
    {
        VirtualCluster cluster = Cluster(null, 2);
        cluster.Loss = 1;
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.Pass(10);
        cluster.Tell(r => r.MayAssign(false));
        cluster.Loss = 0;
        cluster.Pass(5_000);
        Assert.Empty(cluster.Runs);
        cluster.Tell(r => r.MayAssign(true));
        cluster.AssertDrained();
        Assert.Single(cluster.Runs);
    }
}
