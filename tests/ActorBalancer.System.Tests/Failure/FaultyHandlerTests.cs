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
        (string Kind, string Error)[] faults =
        [
            ("throws", "thrown on purpose"),
            ("hangs", "ran over its time limit of 300 ms"),
            ("ignores", "ran over its time limit of 300 ms and ignored its cancellation"),
            ("blocks", "ran over its time limit of 300 ms and ignored its cancellation"),
            ("returns-10-mb", "the result has 10485760 bytes"),
        ];
        foreach ((string kind, string error) in faults)
        {
            JobRequest faulty = TestCluster.Job(kind) with { Attempts = 1, TimeLimit = TimeSpan.FromMilliseconds(300) };
            IReadOnlyList<RanJob> ended = await Cluster.RunAsync([.. TestCluster.Sleeps(20, 5), faulty, .. TestCluster.Sleeps(20, 5)]);

            Assert.All(ended.Where(j => j.Index != 20), j => Assert.True(j.Succeeded, $"beside {kind}: {j.Code} {j.State} {j.Error}"));
            RanJob bad = Assert.Single(ended, j => j.Index == 20);
            Output.WriteLine($"{kind}: {bad.State} {bad.Reason}: {bad.Error}");
            Assert.Equal((JobState.Dead, DeadReason.Attempts), (bad.State, bad.Reason));
            Assert.Contains(error, bad.Error, StringComparison.Ordinal);
        }
        Assert.Equal(WorkerState.Up, (await Cluster.WorkerAsync(worker))!.State);
        Assert.False(worker.HasExited);
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
            Assert.Equal(WorkerState.Up, (await Cluster.WorkerAsync(worker))!.State);
            echoes += ended.Count;
        }
        Output.WriteLine($"{echoes} jobs of the other queue ran meanwhile");
    }
}
