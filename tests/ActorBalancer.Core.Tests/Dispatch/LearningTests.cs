using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Strategies;
using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>The loop of dispatcher and load book: runs are counted, weights learned, and jobs divided by them.</summary>
public sealed class LearningTests
{
    private readonly Random _dice = new(3);
    private LoadBook? _book;
    private long _version;

    [Theory]
    [InlineData("weighted-round-robin", Binding.Early)]
    [InlineData("random", Binding.Early)]
    [InlineData("least-connections", Binding.Late)]
    [InlineData("source-hash", Binding.Early)]
    [InlineData("adaptive", Binding.Late)]
    public void Worker_of_four_times_the_speed_gets_four_times_the_jobs_once_that_is_learned(string strategy, Binding binding)
    {
        VirtualCluster cluster = Learning(strategy, WeightSource.Learned, binding);
        Play(cluster, seconds: 60);
        // Against the geometric mean of both: 1/2 and 2.
        Assert.InRange(cluster.Worker("w1").Speed, 0.42, 0.58);
        Assert.InRange(cluster.Worker("w2").Speed, 1.75, 2.3);
        int before = cluster.Runs.Count;
        Play(cluster, seconds: 60);
        Dictionary<string, int> share = cluster.Runs.Skip(before).CountBy(r => r.Worker).ToDictionary();
        Assert.InRange(share["w2"] / (double)share["w1"], 3, binding == Binding.Late ? 10_000 : 5.5);
        cluster.AssertDrained();
    }

    [Fact]
    public void Static_weights_stay_whatever_is_learned_and_a_queue_can_be_switched()
    {
        VirtualCluster cluster = Learning("weighted-round-robin", WeightSource.Static, Binding.Early);
        Play(cluster, seconds: 40);
        int before = cluster.Runs.Count;
        Play(cluster, seconds: 20);
        Dictionary<string, int> share = cluster.Runs.Skip(before).CountBy(r => r.Worker).ToDictionary();
        Assert.InRange(share["w2"] / (double)share["w1"], 0.95, 1.05);
        Assert.Equal(WeightSource.Static, cluster.Queue().Weights);

        Assert.Equal(RefusalCode.None, cluster.Tell(r => r.SetQueue("default", null, null, null, WeightSource.Learned)).Code);
        Assert.Equal(WeightSource.Learned, cluster.Queue().Weights);
        before = cluster.Runs.Count;
        Play(cluster, seconds: 20);
        share = cluster.Runs.Skip(before).CountBy(r => r.Worker).ToDictionary();
        Assert.InRange(share["w2"] / (double)share["w1"], 3, 5.5);
        cluster.AssertDrained();
    }

    [Fact]
    public void When_the_metrics_actor_falls_silent_the_weights_freeze_and_later_expire_to_the_static_ones()
    {
        VirtualCluster cluster = Learning("weighted-round-robin", WeightSource.Learned, Binding.Early);
        Play(cluster, seconds: 60);
        double learned = Share(cluster, 100, 5);
        Assert.InRange(learned, 3, 5.5);
        Assert.InRange(Share(cluster, 100, 5), 3, 5.5);
        cluster.Run(cluster.Now + 200 * Second);
        Assert.InRange(Share(cluster, 100, 5), 0.9, 1.1);
        Assert.Equal(1, cluster.Worker("w2").Speed);
        // A new metrics actor counts its versions from the beginning, and is heard.
        cluster.Tell(r => r.WeightsChanged(new Weights(1, [new WorkerWeight(cluster.Workers[1].Incarnation, 4_000) { Speed = 3 }])));
        Assert.Equal(3, cluster.Worker("w2").Speed);

        double Share(VirtualCluster c, int jobs, int seconds)
        {
            int before = c.Runs.Count;
            c.Submit(Enumerable.Range(0, jobs).Select(_ => VirtualCluster.Job(10 * Millisecond)));
            c.Run(c.Now + seconds * Second);
            Dictionary<string, int> share = c.Runs.Skip(before).CountBy(r => r.Worker).ToDictionary();
            return share["w2"] / (double)share["w1"];
        }
    }

    [Fact]
    public void Adaptive_sees_what_other_routers_have_at_a_worker_shares_the_gaps_with_them_and_counts_nothing_twice()
    {
        Dispatcher router = new(TestOptions.Balancer with { QueueDefaults = TestOptions.Queue with { Strategy = "adaptive" } }, 1, "r", 1) { Now = new Moment(1, 1) };
        router.Claimed([]);
        foreach (long worker in new long[] { 1, 2 })
        {
            router.WorkerHello(new WorkerHello
            {
                WorkerIncarnation = worker, Name = $"w{worker}", Slots = 4, Weight = 4_000, Kinds = ["work"], LifePort = 0, Version = "", StartedUnixMs = 0,
            });
        }
        // Six of another router's are at the first, none at the second.
        Report(1, number: 1, batch: 0, running: 4, queued: 2);
        Report(2, number: 1, batch: 0, running: 0, queued: 0);
        // The other router is taken to send to the empty one too, so this one leaves half of the gap to it.
        Assert.Equal([2, 4], Submit(6));
        // It did not, says the second; ours, which it reports, are counted already. What is missing goes there.
        Report(1, number: 2, batch: 1, running: 4, queued: 4);
        Report(2, number: 2, batch: 1, running: 4, queued: 0);
        Assert.Equal([4, 6], Submit(10));
        // Now all that they hold is ours: nobody else sends, and both are filled up to the same.
        Report(1, number: 3, batch: 2, running: 4, queued: 2);
        Report(2, number: 3, batch: 2, running: 4, queued: 6);
        Assert.Equal([12, 8], Submit(20));

        int[] Submit(int jobs)
        {
            router.Submitted(0, 1, JobBatch.From([.. Enumerable.Range(0, jobs).Select(_ => VirtualCluster.Job(1))], BatchRule.RowByRow), notify: false);
            int[] sent = new int[2];
            bool again = true;
            while (again)
            {
                router.Flush();
                DispatchEffects effects = router.Effects;
                again = effects.Commit is not null || effects.OpenQueues.Count > 0;
                foreach (string name in effects.OpenQueues.ToArray())
                    router.QueueOpened(name, new Storage.QueueRow { Number = 0, Name = name });
                if (effects.Commit is not null)
                    router.Committed(Storage.CommitResult.Done);
                foreach ((int row, AssignBatch batch) in effects.Sends)
                    sent[row] += batch.Jobs.Length;
                effects.Clear();
            }
            return sent;
        }

        void Report(long worker, long number, long batch, int running, int queued) => router.WorkerReported(new WorkerReport
        {
            WorkerIncarnation = worker, RouterIncarnation = 1, Number = number, BatchSeen = batch, Credit = 1_000, FirstOutcome = 1, Held = [], Running = running, Queued = queued,
        });
    }

    /// <summary>Two workers of four slots and equal configured weights, the second four times as fast; a book that hears and answers once a second.</summary>
    private VirtualCluster Learning(string strategy, WeightSource weights, Binding binding)
    {
        VirtualCluster cluster = Cluster(With(strategy), 4, 4);
        _book = new LoadBook(new SlowStart(TimeSpan.Zero, 1), new Moment(0, 0));
        foreach (VirtualWorker worker in cluster.Workers)
            _book.Join(worker.Incarnation, worker.Weight, new Moment(0, 0));
        cluster.Workers[1].Speed = 4;
        cluster.Submit(VirtualCluster.Job(1));
        cluster.RunUntilDone();
        Assert.Equal(RefusalCode.None, cluster.Tell(r => r.SetQueue("default", strategy, binding, null, weights)).Code);
        _version = 1_000;
        return cluster;
    }

    /// <summary>60 jobs of 100 ms on average a second, one by one: 30 % of what the fleet can do, and half of them are three quarters of what the slow one can.</summary>
    private void Play(VirtualCluster cluster, int seconds)
    {
        for (int s = 0; s < seconds; s++)
        {
            for (int i = 0; i < 60; i++)
            {
                cluster.Submit(VirtualCluster.Job((long)(100 * Millisecond * -Math.Log(1 - _dice.NextDouble()))));
                cluster.Pass(1_000 / 60.0);
            }
            RunTally[] tallies = cluster.Tell(r => r.TakeTallies());
            _book!.Read(tallies, cluster.Moment);
            Weights weights = _book.Weigh(cluster.Moment);
            cluster.Tell(r => r.WeightsChanged(weights with { Version = ++_version }));
        }
    }
}
