using ActorBalancer.Dispatch;
using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>Workers that drain, fall silent, die and come back, and routers that are replaced.</summary>
public sealed class FailureTests
{
    public enum Drain
    {
        ByOrder,
        Leaving,
    }

    [Fact]
    public void Removed_worker_is_not_brought_back_by_another_process_that_can_be_reached_at_its_address()
    {
        VirtualCluster cluster = Cluster(null, 1);
        VirtualWorker dead = cluster.Workers[0];
        cluster.Submit(VirtualCluster.Job(Second));
        cluster.Pass(10);
        dead.Kill(evidence: false, silentAfter: Second, removedAfter: 2 * Second);
        cluster.Run(cluster.Now + 3 * Second);
        cluster.Tell(r => r.WorkerReachable(dead.Incarnation));
        cluster.AddWorker("other", 1);
        cluster.AssertDrained();
        Assert.Equal("other", cluster.Finals.Values.Single().Worker);
    }

    [Theory]
    [InlineData(Drain.ByOrder, "least-connections")]
    [InlineData(Drain.ByOrder, "round-robin")]
    [InlineData(Drain.Leaving, "least-connections")]
    [InlineData(Drain.Leaving, "round-robin")]
    public void Drained_worker_ends_what_it_runs_gets_nothing_new_and_nothing_runs_twice(Drain drain, string strategy)
    {
        VirtualCluster cluster = Cluster(With(strategy, prefetch: 4), 2, 2);
        cluster.Submit(Enumerable.Range(0, 200).Select(i => VirtualCluster.Job(20 * Millisecond)));
        cluster.Pass(100);
        if (drain == Drain.ByOrder)
            Assert.NotEqual(0, cluster.Tell(r => r.DrainOrdered("w1", true)));
        else
            cluster.Workers[0].Leave();
        long from = cluster.Now + 2 * Millisecond;
        cluster.Pass(60);
        if (drain == Drain.ByOrder)
            Assert.Equal((WorkerState.Draining, 0), (cluster.Worker("w1").State, cluster.Worker("w1").InFlight));
        Assert.DoesNotContain(cluster.Runs, r => r.Worker == "w1" && r.Started > from);
        cluster.AssertDrained();
        Assert.Equal(200, cluster.Runs.Count);
        Assert.All(cluster.Finals.Values, f => Assert.Equal((JobState.Succeeded, 0), (f.State, f.Used)));
        Assert.Equal(0, cluster.Router.StaleOutcomes);
    }

    [Fact]
    public void Undrained_worker_works_again()
    {
        VirtualCluster cluster = Cluster(null, 1);
        cluster.Tell(r => r.DrainOrdered("w1", true));
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.Pass(3_000);
        Assert.Empty(cluster.Runs);
        cluster.Tell(r => r.DrainOrdered("w1", false));
        cluster.AssertDrained();
    }

    [Fact]
    public void Drain_that_runs_out_of_time_gives_jobs_back_without_costing_an_attempt()
    {
        VirtualCluster cluster = Cluster(With(attempts: 1), 1, 1);
        cluster.Submit(VirtualCluster.Job(5 * Second), VirtualCluster.Job(5 * Second));
        cluster.Pass(10);
        cluster.Workers[0].Leave(drainMicros: Second);
        cluster.AssertDrained();
        Assert.Equal(3, cluster.Runs.Count);
        Assert.All(cluster.Finals.Values, f => Assert.Equal((JobState.Succeeded, 0, 0), (f.State, f.Used, f.Crashes)));
        cluster.AssertNoOverlap();
    }

    [Theory]
    [InlineData("least-connections")]
    [InlineData("round-robin")]
    public void Silent_worker_gets_nothing_new_keeps_what_it_runs_and_comes_back_without_a_second_run(string strategy)
    {
        VirtualCluster cluster = Cluster(With(strategy), 2, 2);
        cluster.Submit(Enumerable.Range(0, 40).Select(i => VirtualCluster.Job(100 * Millisecond)));
        cluster.Pass(50);
        VirtualWorker silent = cluster.Workers[0];
        silent.Paused = true;
        cluster.Tell(r => r.WorkerSilent(silent.Incarnation));
        Assert.Equal((WorkerState.Silent, 2), (cluster.Worker("w1").State, cluster.Worker("w1").InFlight));
        cluster.Pass(3_000);
        Assert.Equal(2, cluster.Worker("w1").InFlight);
        Assert.Equal(38, cluster.Finals.Count);
        silent.Paused = false;
        cluster.Submit(Enumerable.Range(0, 40).Select(i => VirtualCluster.Job(100 * Millisecond)));
        cluster.AssertDrained();
        Assert.Equal(80, cluster.Runs.Count);
        Assert.Equal(WorkerState.Up, cluster.Worker("w1").State);
        Assert.True(cluster.Runs.Count(r => r.Worker == "w1") > 10);
        Assert.Equal(0, cluster.Router.StaleOutcomes);
    }

    [Fact]
    [Trait("Rule", "6")]
    public void Removed_worker_that_stays_silent_gives_its_jobs_back_once_and_its_late_outcomes_are_stale()
    {
        VirtualCluster cluster = Cluster(null, 2, 2);
        cluster.Submit(Enumerable.Range(0, 4).Select(i => VirtualCluster.Job(500 * Millisecond)));
        cluster.Pass(50);
        VirtualWorker silent = cluster.Workers[0];
        silent.Paused = true;
        long contact = cluster.Now;
        cluster.At(cluster.Now + 5 * Second, () => cluster.Tell(r => r.WorkerSilent(silent.Incarnation)));
        cluster.At(cluster.Now + 8 * Second, () => cluster.Tell(r => r.WorkerRemoved(silent.Incarnation)));
        cluster.AssertDrained();
        VirtualRun[] again = [.. cluster.Runs.Skip(4)];
        Assert.Equal(2, again.Length);
        Assert.All(again, r => Assert.InRange(r.Started - contact, 11 * Second, 12 * Second + 50 * Millisecond));
        Assert.All(cluster.Finals.Values, f => Assert.Equal((JobState.Succeeded, 0), (f.State, f.Crashes)));
        silent.Paused = false;
        cluster.Pass(5_000);
        // Back among the living: what it says of its old runs changes nothing, and it works again.
        Assert.InRange(cluster.Router.StaleOutcomes, 0, 2);
        cluster.Submit(Enumerable.Range(0, 20).Select(i => VirtualCluster.Job(10 * Millisecond)));
        cluster.AssertDrained();
        Assert.Contains(cluster.Runs.Skip(6), r => r.Worker == "w1");
        Assert.Equal(26, cluster.Runs.Count);
    }

    [Fact]
    public void Runs_of_a_crashed_worker_start_again_within_a_round_trip()
    {
        VirtualCluster cluster = Cluster(null, 4, 8);
        cluster.Submit(Enumerable.Range(0, 6).Select(i => VirtualCluster.Job(300 * Millisecond)));
        cluster.Pass(50);
        VirtualRun[] lost = [.. cluster.Runs.Where(r => r.Worker == "w1")];
        Assert.NotEmpty(lost);
        long died = cluster.Now;
        cluster.Workers[0].Kill();
        // Suspects never share a worker, so only the first can start at once on the one that is left.
        cluster.AssertDrained();
        VirtualRun[] again = [.. cluster.Runs.Skip(6)];
        Assert.Equal(lost.Length, again.Length);
        Assert.InRange(again[0].Started - died, 0, 3 * cluster.Latency);
        for (int i = 1; i < again.Length; i++)
            Assert.True(again[i].Started >= again[i - 1].Ended);
        Assert.All(lost, r => Assert.Equal((JobState.Succeeded, 1, 1), (cluster.Finals[r.Key].State, cluster.Finals[r.Key].Used, cluster.Finals[r.Key].Crashes)));
        Assert.All(lost, r => Assert.Equal([AttemptOutcome.Lost, AttemptOutcome.Succeeded], cluster.Read(r.Key).Attempts.Select(a => a.Outcome)));
        Assert.Equal(lost.Length, cluster.Finished.Values.Sum(f => f.Lost));
    }

    [Fact]
    [Trait("Rule", "10")]
    public void Poison_is_dead_after_three_crashes_and_takes_no_innocent_with_it()
    {
        VirtualCluster cluster = Cluster(null, 4, 4, 4);
        long poison = -1;
        int crashes = 0;
        cluster.Submit(Enumerable.Range(0, 60).Select(i => VirtualCluster.Job((i == 5 ? 20 : 15) * Millisecond)));
        cluster.Watch = () =>
        {
            poison = cluster.Order.Count > 5 ? cluster.Order[5] : -1;
            if (cluster.Runs.LastOrDefault(r => r.Key == poison) is not { Ended: < 0 } run || cluster.Now - run.Started < 10 * Millisecond)
                return;
            if (cluster.Workers.Single(w => w.Incarnation == run.Incarnation) is { Alive: true } victim)
            {
                crashes++;
                victim.Kill();
                cluster.At(cluster.Now + 100 * Millisecond, () => cluster.AddWorker(victim.Name, 4));
            }
        };
        cluster.AssertDrained();
        Assert.Equal(3, crashes);
        Assert.Equal((JobState.Dead, DeadReason.Poisoned), (cluster.Finals[poison].State, cluster.Finals[poison].Reason));
        Assert.All(cluster.Finals.Where(f => f.Key != poison), f => Assert.Equal(JobState.Succeeded, f.Value.State));
        // Who was with it at its first crash is never with it again.
        Assert.InRange(cluster.Finals.Where(f => f.Key != poison).Max(f => f.Value.Crashes), 1, 1);
        Assert.Single(cluster.Notices, n => n.Kind == NoticeKind.JobPoisoned);
    }

    [Fact]
    [Trait("Rule", "10")]
    public void Poison_in_a_process_that_is_router_and_worker_is_dead_after_its_third_death_and_takes_no_innocent_with_it()
    {
        VirtualCluster cluster = Cluster(null, 3);
        long poison = -1;
        int deaths = 0;
        cluster.Submit(Enumerable.Range(0, 30).Select(i => VirtualCluster.Job((i == 5 ? 20 : 15) * Millisecond)));
        cluster.Watch = () =>
        {
            poison = cluster.Order.Count > 5 ? cluster.Order[5] : -1;
            if (cluster.Runs.LastOrDefault(r => r.Key == poison) is not { Ended: < 0 } run || cluster.Now - run.Started < 10 * Millisecond)
                return;
            if (cluster.Workers[^1] is not { Alive: true } own || own.Incarnation != run.Incarnation)
                return;
            deaths++;
            // What its file of slots has; whoever reads that file says so in every hello.
            HeldRun[] left = [.. cluster.Runs.Where(r => r.Incarnation == own.Incarnation && r.Ended < 0)
                .Select(r => new HeldRun(r.Token, r.Key, cluster.RunsOf(r.Key).Length, StartedUnixMs: 1))];
            own.Kill(evidence: false);
            cluster.At(cluster.Now + 100 * Millisecond, () =>
            {
                cluster.AddWorker("w1", 3, left: left);
                cluster.RestartRouter();
            });
        };
        cluster.AssertDrained();
        Assert.Equal(3, deaths);
        Assert.Equal((JobState.Dead, DeadReason.Poisoned), (cluster.Finals[poison].State, cluster.Finals[poison].Reason));
        Assert.All(cluster.Finals.Where(f => f.Key != poison), f => Assert.Equal(JobState.Succeeded, f.Value.State));
        Assert.InRange(cluster.Finals.Where(f => f.Key != poison).Max(f => f.Value.Crashes), 1, 1);
    }

    [Fact]
    public void Newer_process_of_the_same_name_replaces_the_older_whose_hello_is_ignored_from_then_on()
    {
        VirtualCluster cluster = Cluster(null, 2);
        cluster.Submit(Enumerable.Range(0, 4).Select(i => VirtualCluster.Job(50 * Millisecond)));
        cluster.Pass(10);
        VirtualWorker old = cluster.Workers[0];
        old.Kill(evidence: false);
        VirtualWorker next = cluster.AddWorker("w1", 2);
        cluster.AssertDrained();
        Assert.Equal(next.Incarnation, cluster.Worker("w1").Incarnation);
        Assert.Equal(2, cluster.Finals.Values.Count(f => f.Crashes == 1));
        Assert.Equal(-1, cluster.Tell(r => r.WorkerHello(new WorkerHello
        {
            WorkerIncarnation = old.Incarnation, Name = "w1", Slots = 2, Weight = 1, Kinds = ["work"], LifePort = 0, Version = "", StartedUnixMs = 0,
        })));
        Assert.Single(cluster.Router.Workers(_ => ""));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 0.2)]
    [InlineData(true, 0.2)]
    public void Replaced_router_runs_nothing_again_that_live_workers_hold_and_frees_their_slots_as_they_end(bool sameProcess, double loss)
    {
        VirtualCluster cluster = Cluster(With(prefetch: 4), 2, 3);
        cluster.Submit(Enumerable.Range(0, 300).Select(i => VirtualCluster.Job(15 * Millisecond)));
        cluster.Pass(100);
        for (int restart = 0; restart < 5; restart++)
        {
            cluster.Loss = loss;
            cluster.RestartRouter(sameProcess);
            cluster.Pass(70);
            cluster.Loss = 0;
            if (loss == 0)
                Assert.Equal(5, cluster.Workers.Sum(w => w.Core.Running));
        }
        cluster.AssertDrained();
        Assert.Equal(300, cluster.Runs.Count);
        Assert.All(cluster.Finals.Values, f => Assert.Equal(JobState.Succeeded, f.State));
    }

    [Fact]
    public void Free_slots_of_a_worker_are_used_while_others_of_it_run_what_an_earlier_router_sent()
    {
        VirtualCluster cluster = Cluster(null, 4);
        cluster.Submit(VirtualCluster.Job(60 * Second), VirtualCluster.Job(60 * Second));
        cluster.Pass(100);
        cluster.RestartRouter();
        cluster.Pass(100);
        cluster.Submit(Enumerable.Range(0, 20).Select(_ => VirtualCluster.Job(10 * Millisecond)));
        cluster.Pass(500);
        Assert.Equal(20, cluster.Finals.Count);
        cluster.AssertDrained();
    }

    [Fact]
    public void After_a_restart_jobs_that_may_be_running_wait_for_the_workers_and_others_go_at_once()
    {
        VirtualCluster cluster = Cluster(null, 1, 1);
        cluster.Submit(VirtualCluster.Job(10 * Second), VirtualCluster.Job(10 * Second));
        cluster.Pass(100);
        VirtualWorker lost = cluster.Workers[0];
        lost.Paused = true;
        cluster.RestartRouter();
        cluster.Pass(100);
        Assert.Single(cluster.Order, k => cluster.Router.Describe(k)!.Value.Waiting == "workers that may be running it have not reported yet");
        // A new worker may take what is new, not what the silent one may still run.
        cluster.AddWorker("w3", 2);
        cluster.Pass(100);
        cluster.Submit(VirtualCluster.Job(Millisecond));
        cluster.Pass(100);
        Assert.Single(cluster.Finals);
        Assert.Equal(3, cluster.Runs.Count);
        lost.Paused = false;
        cluster.AssertDrained();
        Assert.Equal(3, cluster.Runs.Count);
        Assert.Equal(0, cluster.Router.StaleOutcomes);
    }

    [Fact]
    public void After_a_restart_jobs_of_a_worker_that_is_gone_run_again()
    {
        VirtualCluster cluster = Cluster(null, 1, 1);
        cluster.Submit(VirtualCluster.Job(Second), VirtualCluster.Job(Second));
        cluster.Pass(100);
        cluster.RestartRouter();
        cluster.Workers[0].Kill(evidence: false);
        cluster.AssertDrained();
        Assert.Equal(3, cluster.Runs.Count);
        Assert.All(cluster.Finals.Values, f => Assert.Equal(JobState.Succeeded, f.State));
        cluster.AssertNoOverlap();
    }

    [Fact]
    [Trait("Rule", "6")]
    public void Late_words_of_a_former_incarnation_do_not_confuse_the_present_one()
    {
        for (int seed = 1; seed <= 30; seed++)
        {
            var cluster = new VirtualCluster(With(prefetch: 3), seed);
            cluster.AddWorker("w1", 2);
            cluster.Run(2 * Second);
            cluster.SetWeights();
            cluster.Submit(Enumerable.Range(0, 100).Select(i => VirtualCluster.Job(4 * Millisecond)));
            cluster.Lateness = 0.3;
            cluster.Doubling = 0.3;
            cluster.Loss = 0.1;
            for (int i = 1; i < 6; i++)
            {
                cluster.Pass(40);
                cluster.RestartRouter(sameProcess: i % 2 == 0);
            }
            // Words that overtake each other between two incarnations may cost a second run, never a job or a second outcome.
            cluster.AssertDrained();
            Assert.All(cluster.Finals.Values, f => Assert.Equal(JobState.Succeeded, f.State));
        }
    }
}
