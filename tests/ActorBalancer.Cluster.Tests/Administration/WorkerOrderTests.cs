using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Router;

namespace ActorBalancer.Cluster.Tests.Administration;

/// <summary>Draining workers, and what people see of them.</summary>
[Collection(nameof(AdministeredCluster))]
public sealed class WorkerOrderTests(AdministeredCluster cluster)
{
    private JobClient Client => cluster.Client;

    [Fact]
    public async Task Drained_worker_ends_what_it_runs_and_gets_nothing_new_until_it_is_undrained()
    {
        const string Queue = "drain";
        JobId[] first = await SubmitAsync(Queue, 4);
        await Poll.UntilAsync(() => RunningAsync(Queue), running => running.Length == 4);
        await Client.SetWorkerDrainAsync("w1", drain: true);
        await Client.SetWorkerDrainAsync("w1", drain: true);
        Assert.Equal(WorkerState.Draining, (await cluster.WorkerAsync("w1")).State);
        await Poll.UntilAsync(() => cluster.Workers[0].Readiness.Count > 0);
        Assert.Equal(["the worker is drained by an order; 'worker undrain' ends that"], cluster.Workers[0].Readiness);
        JobId[] second = await SubmitAsync(Queue, 6);

        cluster.Gate(Queue).SetResult();
        foreach (JobId id in first.Concat(second))
            Assert.Equal(0, (await Client.WaitAsync(id)).LostRuns);
        // Nobody's run was repeated, and none of the later jobs was at the drained worker.
        Assert.Equal(2, (await JobsAsync(first)).Count(j => j.Worker == "w1"));
        Assert.All(await JobsAsync(first), j => Assert.Single(j.Attempts));
        Assert.All(await JobsAsync(second), j => Assert.Equal(("w2", 1), (j.Worker, j.Attempts.Count)));

        await Client.SetWorkerDrainAsync("w1", drain: false);
        WorkerInfo back = await cluster.WorkerAsync("w1");
        Assert.Equal((WorkerState.Up, back.Weight), (back.State, back.EffectiveWeight));
        await Poll.UntilAsync(() => cluster.Workers[0].Readiness.Count == 0);
        const string After = "undrain";
        JobId[] third = await SubmitAsync(After, 4);
        await Poll.UntilAsync(() => RunningAsync(After), running => running.Count(j => j.Worker == "w1") == 2);
        cluster.Gate(After).SetResult();
        foreach (JobId id in third)
            await Client.WaitAsync(id);
    }

    [Fact]
    public async Task With_the_last_worker_drained_jobs_wait_and_run_when_one_is_undrained()
    {
        const string Queue = "drain-all";
        await Client.SetWorkerDrainAsync("w1", drain: true);
        await Client.SetWorkerDrainAsync("w2", drain: true);
        JobId[] jobs = await SubmitAsync(Queue, 3);
        cluster.Gate(Queue).SetResult();
        Assert.All(
            await JobsAsync(jobs),
            j => Assert.Equal((JobState.Waiting, 0, "no worker that offers the kind 'gated' takes new jobs now"), (j.State, j.Attempt, j.Waiting)));
        await Client.SetWorkerDrainAsync("w2", drain: false);
        foreach (JobId id in jobs)
            Assert.Equal("w2", (await Client.WaitAsync(id)).Worker);
        await Client.SetWorkerDrainAsync("w1", drain: false);
    }

    [Fact]
    public async Task Unknown_worker_is_not_found_and_undraining_one_that_is_not_drained_changes_nothing()
    {
        foreach (string name in new[] { "nobody", "", new string('w', 10_000) })
        {
            JobRefusedException refused = await Assert.ThrowsAsync<JobRefusedException>(() => Client.SetWorkerDrainAsync(name, drain: true));
            Assert.Equal(RefusalCode.NotFound, refused.Code);
        }
        using EventReader events = cluster.Router.Events!.Subscribe();
        await Client.SetWorkerDrainAsync("w1", drain: false);
        Assert.Equal(WorkerState.Up, (await cluster.WorkerAsync("w1")).State);
        Assert.False(events.Events.TryRead(out _));
    }

    [Fact]
    public async Task Worker_shows_its_roles_and_how_busy_its_node_is()
    {
        WorkerInfo worker = await Poll.UntilAsync(() => cluster.WorkerAsync("w2"), w => w.Load.MemoryBytes > 0);
        Assert.Equal(["actorbalancer-worker"], worker.Roles);
        Assert.Equal((cluster.Workers[1].Address, 2, 1.0), (worker.Node, worker.Slots, worker.Speed));
        Assert.InRange(worker.Load.Memory, double.Epsilon, 1);
        Assert.InRange(worker.Load.Cpu, 0, 1);
        Assert.Equal(0, worker.Load.Queued);
    }

    [Fact]
    public async Task Orders_and_ends_of_jobs_are_events_while_somebody_listens()
    {
        const string Queue = "events";
        using EventReader events = cluster.Router.Events!.Subscribe();
        JobId echo = await cluster.SubmitAsync("echo", "x", Queue);
        await Client.WaitAsync(echo);
        JobId dead = await cluster.SubmitAsync("fail", Queue, Queue, attempts: 1);
        await Client.WaitAsync(dead);
        await Client.SetQueueAsync(Queue, "round-robin", null, null);
        await Client.SetQueueAsync(Queue, null, null, paused: true);
        await Client.SetQueueAsync(Queue, null, null, paused: false);
        await Client.SetWorkerDrainAsync("w1", drain: true);
        await Client.SetWorkerDrainAsync("w1", drain: false);

        List<BalancerEvent> seen = [];
        await Poll.UntilAsync(() =>
        {
            while (events.Events.TryRead(out BalancerEvent? happened))
                seen.Add(happened);
            return seen.OfType<BalancerEvent.OfWorker>().Count() == 2;
        });
        Assert.Equal(seen.Select(e => e.Id).Order(), seen.Select(e => e.Id));
        Assert.Equal(
            [(echo, JobState.Succeeded, DeadReason.None), (dead, JobState.Dead, DeadReason.Attempts)],
            seen.OfType<BalancerEvent.OfJob>().Select(e => (e.Job, e.State, e.Reason)));
        Assert.All(seen.OfType<BalancerEvent.OfJob>(), e => Assert.Equal((Queue, true), (e.Queue, e.Worker is "w1" or "w2")));
        Assert.Equal(
            [("created", "least-connections"), ("strategy", "round-robin"), ("paused", "round-robin"), ("resumed", "round-robin")],
            seen.OfType<BalancerEvent.OfQueue>().Select(e => (e.Change, e.Strategy)));
        Assert.Equal(
            [("w1", WorkerState.Draining), ("w1", WorkerState.Up)], seen.OfType<BalancerEvent.OfWorker>().Select(e => (e.Worker, e.State)));
        Assert.Null(cluster.Workers[0].Events);
    }

    private Task<JobId[]> SubmitAsync(string gate, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => cluster.SubmitAsync("gated", gate, gate)));

    private async Task<IReadOnlyList<JobInfo>> RunningList(string queue) =>
        (await Client.ListPageAsync(new JobFilter { Queue = queue, State = JobState.Running })).Items;

    private async Task<JobInfo[]> RunningAsync(string queue) => [.. await RunningList(queue)];

    private async Task<JobInfo[]> JobsAsync(IEnumerable<JobId> ids) => [.. (await Task.WhenAll(ids.Select(id => Client.GetAsync(id)))).Select(j => j!)];
}
