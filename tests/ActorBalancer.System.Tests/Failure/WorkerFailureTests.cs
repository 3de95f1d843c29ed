using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Failure;

public sealed class WorkerFailureTests(ITestOutputHelper output) : FailureTest(output)
{
    private const int Afterwards = 200;
    private const int Outstanding = 64;

    // As many as two workers have slots, so that a victim runs some whenever the signal comes.
    private const int LongJobs = 8;

    private static readonly AttemptOutcome[] AfterAKill = [AttemptOutcome.Succeeded, AttemptOutcome.Lost, AttemptOutcome.Released];

    // Longer than any test waits: only the evidence of the life port gives a killed worker's jobs back, and no pause ever does.
    protected override KeyValuePair<string, string>[] RouterSettings => [new("ACTORBALANCER__ROUTER__SILENCE_REQUEUE", "30m")];

    private readonly TaskCompletionSource _happened = new();
    private int _jobs;

    [Fact]
    public async Task Jobs_of_a_killed_worker_run_elsewhere_and_each_has_one_outcome()
    {
        ChildNode victim = await Cluster.AddPairAsync("victim", 4);
        Task<IReadOnlyList<RanJob>> jobs = Cluster.RunAsync(TestCluster.Sleeps(_jobs = LongJobs, 4_000).Concat(Load()), Outstanding);
        await Cluster.RunningOnAsync(victim);

        DateTimeOffset killedAt = TimeProvider.System.GetUtcNow();
        victim.Kill();

        _happened.SetResult();
        await AssertEachHasOneOutcomeAsync(await jobs, expectLost: true, killedAt);
    }

    [Fact]
    public async Task Jobs_run_elsewhere_also_when_the_killed_worker_is_back_on_its_port_at_once()
    {
        ChildNode victim = await Cluster.AddPairAsync("victim", 4);
        string seed = (await victim.Ready).Seed;
        int port = int.Parse(seed[(seed.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
        Task<IReadOnlyList<RanJob>> jobs = Cluster.RunAsync(TestCluster.Sleeps(_jobs = LongJobs, 4_000).Concat(Load()), Outstanding);
        await Cluster.RunningOnAsync(victim);

        DateTimeOffset killedAt = TimeProvider.System.GetUtcNow();
        victim.Kill();
        await victim.WaitForExitAsync();
        ChildNode back = Cluster.StartWorker("victim", 4, port);
        string restarted = $"started again on its port {(TimeProvider.System.GetUtcNow() - killedAt).TotalMilliseconds:0} ms after the kill";
        Output.WriteLine(restarted);
        Console.WriteLine(restarted);

        _happened.SetResult();
        await AssertEachHasOneOutcomeAsync(await jobs, expectLost: true, killedAt);
        back = await SupervisedAsync(back, port);
        await Eventually.IsTrue(async () => await Cluster.WorkerAsync(back) is { State: WorkerState.Up }, "the worker is back");
        await GetsJobsAsync(back);
    }

    [Fact]
    public async Task Worker_told_to_stop_drains_and_no_job_runs_twice()
    {
        ChildNode leaving = await Cluster.AddPairAsync("leaving", 4);
        Task<IReadOnlyList<RanJob>> jobs = Cluster.RunAsync(Load(), Outstanding);
        await Cluster.RunningOnAsync(leaving);

        Signals.Send(leaving.Pid, Signals.Terminate);

        _happened.SetResult();
        await AssertEachHasOneOutcomeAsync(await jobs, expectLost: false, killedAt: null);
        await leaving.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(0, leaving.ExitCode);
    }

    [Fact]
    public async Task Worker_paused_for_three_seconds_keeps_its_jobs()
    {
        ChildNode paused = await Cluster.AddPairAsync("paused", 4);
        Task<IReadOnlyList<RanJob>> jobs = Cluster.RunAsync(Load(), Outstanding);
        await Cluster.RunningOnAsync(paused);

        Signals.Send(paused.Pid, Signals.Stop);
        await RealSecondsAsync(3);
        Signals.Send(paused.Pid, Signals.Continue);

        _happened.SetResult();
        await AssertEachHasOneOutcomeAsync(await jobs, expectLost: false, killedAt: null);
        await Eventually.IsTrue(async () => await Cluster.WorkerAsync(paused) is { State: WorkerState.Up }, "the worker is up again");
        await GetsJobsAsync(paused);
    }

    [Fact]
    public async Task Worker_that_joins_gets_jobs_also_while_a_crashed_member_is_not_yet_removed()
    {
        ChildNode victim = await Cluster.AddPairAsync("victim", 2);

        victim.Kill();
        ChildNode newcomer = await Cluster.AddWorkerAsync("newcomer", 2);

        await GetsJobsAsync(newcomer);
    }

    /// <summary>
    /// Starts it once more if it ends because it saw no router, as its supervisor would. On a port whose last owner died a
    /// moment ago Akka sometimes answers none of a newcomer's requests to join, and only another start ends that.
    /// </summary>
    private async Task<ChildNode> SupervisedAsync(ChildNode worker, int port)
    {
        await Task.WhenAny(worker.Ready, worker.WaitForExitAsync()).WaitAsync(Eventually.Deadline);
        return !worker.HasExited ? worker : await Cluster.AddWorkerAsync(worker.Name, 4, port);
    }

    /// <summary>The pause is what is tested, so for once real time must pass; the kernel's timer measures it.</summary>
    internal static async Task RealSecondsAsync(int seconds)
    {
        using Process timer = Process.Start("sleep", [$"{seconds}"]);
        await timer.WaitForExitAsync();
    }

    /// <summary>Jobs until the test's event has happened, however long that takes on a busy machine, and some after it.</summary>
    private IEnumerable<JobRequest> Load()
    {
        for (int after = 0; after < Afterwards; _jobs++)
        {
            if (_happened.Task.IsCompleted)
                after++;
            yield return TestCluster.Job("sleep", """{"ms":25}""");
        }
    }

    private async Task GetsJobsAsync(ChildNode worker)
    {
        await Eventually.IsTrue(
            async () => (await Cluster.RunAsync(TestCluster.Sleeps(40, 5))).Any(j => j.Worker == worker.Name), $"{worker.Name} gets jobs");
    }

    private async Task AssertEachHasOneOutcomeAsync(IReadOnlyList<RanJob> ended, bool expectLost, DateTimeOffset? killedAt)
    {
        Assert.Equal(Enumerable.Range(0, _jobs).Select(i => (long)i), ended.Select(j => j.Index).Order());
        Assert.All(ended, j => Assert.True(j.Succeeded, $"{j.Id}: {j.Code} {j.State} {j.Error}"));
        Assert.Equal(_jobs, ended.Select(j => j.Id).Distinct().Count());
        Assert.Equal(expectLost, ended.Sum(j => j.LostRuns) > 0);
        List<double> waits = [];
        foreach (RanJob job in ended)
        {
            JobInfo info = (await Cluster.Client.GetAsync(job.Id))!;
            Assert.Equal(JobState.Succeeded, info.State);
            Assert.Single(info.Attempts, a => a.Outcome == AttemptOutcome.Succeeded);
            if (expectLost)
                Assert.All(info.Attempts, a => Assert.Contains(a.Outcome, AfterAKill));
            else
                Assert.True(info.Attempts.Count == 1, $"{job.Id} ran {info.Attempts.Count} times: {string.Join(", ", info.Attempts.Select(a => a.Outcome))}");
            if (killedAt is { } killed && info.Attempts.Count > 1)
                waits.Add((info.Attempts[^1].StartedAt - killed).TotalMilliseconds);
        }

        if (killedAt is null)
            return;
        Assert.NotEmpty(waits);
        Output.WriteLine($"{waits.Count} jobs ran again, {waits.Min():0} to {waits.Max():0} ms after the kill");
        Console.WriteLine($"re-run after SIGKILL: {waits.Count} jobs, {waits.Min():0} to {waits.Max():0} ms");
    }
}
