using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Failure;

public sealed class FaultyHandlerTests(ITestOutputHelper output) : FailureTest(output)
{
    [Fact]
    public async Task Handler_that_misbehaves_harms_only_its_own_job()
    {
        ChildNode worker = await Cluster.AddWorkerAsync("worker", 16, faulty: true);
        // Only those that never end need a limit: on a busy machine it might come before the others' own end.
        TimeSpan brief = TimeSpan.FromMilliseconds(300);
        (string Kind, TimeSpan? Limit, string Error)[] faults =
        [
            ("throws", null, "thrown on purpose"),
            ("hangs", brief, "ran over its time limit of 300 ms"),
            ("ignores", brief, "ran over its time limit of 300 ms and ignored its cancellation"),
            ("blocks", brief, "ran over its time limit of 300 ms and ignored its cancellation"),
            ("returns-10-mb", null, "the result has 10485760 bytes"),
        ];
        foreach ((string kind, TimeSpan? limit, string error) in faults)
        {
            JobRequest faulty = TestCluster.Job(kind) with { Attempts = 1, TimeLimit = limit };
            IReadOnlyList<RanJob> ended = await Cluster.RunAsync([.. TestCluster.Sleeps(20, 5), faulty, .. TestCluster.Sleeps(20, 5)]);

            Assert.All(ended.Where(j => j.Index != 20), j => Assert.True(j.Succeeded, $"beside {kind}: {j.Code} {j.State} {j.Error}"));
            RanJob bad = Assert.Single(ended, j => j.Index == 20);
            Output.WriteLine($"{kind}: {bad.State} {bad.Reason}: {bad.Error}");
            Assert.Equal((JobState.Dead, DeadReason.Attempts), (bad.State, bad.Reason));
            Assert.Contains(error, bad.Error, StringComparison.Ordinal);
        }
        await IsStillUpAsync(worker);
    }

    [Fact]
    public async Task Job_that_kills_its_process_three_times_is_poisoned_and_the_others_succeed()
    {
        await Task.WhenAll(
            Cluster.AddWorkerAsync("a", 2, faulty: true),
            Cluster.AddWorkerAsync("b", 2, faulty: true),
            Cluster.AddWorkerAsync("c", 2, faulty: true),
            Cluster.AddWorkerAsync("healthy", 2));

        IReadOnlyList<RanJob> ended = await Cluster.RunAsync([.. TestCluster.Sleeps(60, 10), TestCluster.Job("dies"), .. TestCluster.Sleeps(60, 10)]);

        RanJob poisoned = Assert.Single(ended, j => j.Index == 60);
        Assert.Equal((JobState.Dead, DeadReason.Poisoned), (poisoned.State, poisoned.Reason));
        Assert.All(ended.Where(j => j.Index != 60), j => Assert.True(j.Succeeded, $"{j.Code} {j.State} {j.Error}"));
        JobInfo info = (await Cluster.Client.GetAsync(poisoned.Id))!;
        Assert.Equal([AttemptOutcome.Lost, AttemptOutcome.Lost, AttemptOutcome.Lost], info.Attempts.Select(a => a.Outcome));
        Assert.Equal(3, info.Attempts.Select(a => a.Worker).Distinct().Count());
    }

    [Fact]
    public async Task Three_hundred_blocking_handlers_leave_the_node_reachable_and_its_other_queue_working()
    {
        const int blocking = 300;
        ChildNode worker = await Cluster.AddWorkerAsync("worker", blocking + 10, faulty: true);
        IReadOnlyList<SubmitResult> answers =
            await Cluster.Client.SubmitManyAsync([.. Enumerable.Range(0, blocking).Select(_ => TestCluster.Job("blocks", queue: "blocked"))]);
        Assert.All(answers, a => Assert.True(a.Accepted, a.Detail));
        await Eventually.IsTrue(async () => await Cluster.WorkerAsync(worker) is { Running: >= blocking }, "all of them block");

        // An unreachable node is noticed after about five seconds; until then it only seems to be well.
        Task passed = WorkerFailureTests.RealSecondsAsync(8);
        int echoes = 0;
        while (!passed.IsCompleted)
        {
            IReadOnlyList<RanJob> ended = await Cluster.RunAsync(Enumerable.Repeat(TestCluster.Job("echo", "[1]", "other"), 20));
            Assert.All(ended, j => Assert.True(j.Succeeded, $"{j.Code} {j.State} {j.Error}"));
            echoes += ended.Count;
        }
        Output.WriteLine($"{echoes} jobs of the other queue ran meanwhile");
        await IsStillUpAsync(worker);
        foreach (SubmitResult answer in answers)
            Assert.Equal(AttemptOutcome.None, Assert.Single((await Cluster.Client.GetAsync(answer.Id))!.Attempts).Outcome);
    }

    /// <summary>It may have been silent for a moment, as any process of a busy machine. One that was removed ends and never comes back.</summary>
    private async Task IsStillUpAsync(ChildNode worker)
    {
        await Eventually.IsTrue(
            async () => worker.HasExited || await Cluster.WorkerAsync(worker) is { State: WorkerState.Up }, $"{worker.Name} is up");
        Assert.False(worker.HasExited);
    }
}
