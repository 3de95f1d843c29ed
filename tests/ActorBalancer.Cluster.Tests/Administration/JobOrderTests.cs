using ActorBalancer.Cluster.Gateway;

namespace ActorBalancer.Cluster.Tests.Administration;

/// <summary>Retrying, cancelling and finding jobs, as people do it.</summary>
[Collection(nameof(AdministeredCluster))]
public sealed class JobOrderTests(AdministeredCluster cluster)
{
    private JobClient Client => cluster.Client;

    [Fact]
    public async Task Dead_job_that_is_retried_runs_again_and_keeps_its_history()
    {
        JobId id = await cluster.SubmitAsync("fail", "dead", "retry", attempts: 1);
        Assert.Equal(JobState.Dead, (await Client.WaitAsync(id)).State);
        JobInfo dead = (await Client.GetAsync(id))!;
        Assert.Equal(DeadReason.Attempts, dead.Reason);
        Assert.StartsWith("System.InvalidOperationException: the gate dead is shut", dead.Error, StringComparison.Ordinal);

        cluster.Gate("dead").SetResult();
        await Client.RetryAsync(id);
        Assert.Equal(JobState.Succeeded, (await Client.WaitAsync(id)).State);

        JobInfo job = (await Client.GetAsync(id))!;
        Assert.Equal([(1, AttemptOutcome.Failed), (2, AttemptOutcome.Succeeded)], job.Attempts.Select(a => (a.Number, a.Outcome)));
        Assert.All(job.Attempts, a => Assert.Equal("least-connections", a.Why));
        Assert.Equal(0, (await Client.ListQueuesAsync()).Single(q => q.Name == "retry").Dead);
        await Refused(RefusalCode.Conflict, Client.RetryAsync(id));
    }

    [Fact]
    public async Task Jobs_that_are_not_final_and_unknown_ones_are_not_retried()
    {
        JobId running = await cluster.SubmitAsync("gated", "not-final", "orders");
        await Refused(RefusalCode.Conflict, Client.RetryAsync(running));
        await Refused(RefusalCode.NotFound, Client.RetryAsync(new JobId(JobKey.Pack(0, 5, 1_000_000))));
        await Refused(RefusalCode.NotFound, Client.RetryAsync(new JobId(-1)));
        cluster.Gate("not-final").SetResult();
        Assert.Equal(JobState.Succeeded, (await Client.WaitAsync(running)).State);
        JobId discarded = await cluster.SubmitAsync("drop", "not needed", "orders");
        Assert.Equal(JobState.Discarded, (await Client.WaitAsync(discarded)).State);
        await Client.RetryAsync(discarded);
        Assert.Equal(JobState.Discarded, (await Client.WaitAsync(discarded)).State);
        Assert.Equal(2, (await Client.GetAsync(discarded))!.Attempts.Count);
    }

    [Fact]
    public async Task Job_that_is_over_cannot_be_cancelled_however_it_ended()
    {
        JobId waiting = await Client.SubmitAsync("echo", "x", o => o.Delay = TimeSpan.FromHours(1));
        await Client.CancelAsync(waiting);
        JobRefusedException again = await Refused(RefusalCode.Conflict, Client.CancelAsync(waiting));
        Assert.Contains("cancelled already", again.Message, StringComparison.Ordinal);

        JobId running = await cluster.SubmitAsync("gated", "never", "orders");
        await Poll.UntilAsync(() => Client.GetAsync(running), job => job!.State == JobState.Running);
        await Client.CancelAsync(running);
        Assert.Equal(JobState.Cancelled, (await Client.WaitAsync(running)).State);
        await Refused(RefusalCode.Conflict, Client.CancelAsync(running));

        JobId succeeded = await cluster.SubmitAsync("echo", "x", "orders");
        await Client.WaitAsync(succeeded);
        await Refused(RefusalCode.Conflict, Client.CancelAsync(succeeded));
        await Refused(RefusalCode.NotFound, Client.CancelAsync(new JobId(JobKey.Pack(0, 5, 1_000_000))));

        await Client.RetryAsync(waiting);
        Assert.Equal(JobState.Succeeded, (await Client.WaitAsync(waiting)).State);
    }

    [Fact]
    public async Task Listing_finds_jobs_by_the_state_and_the_worker_that_it_shows()
    {
        const string Queue = "listing";
        JobId[] done = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => cluster.SubmitAsync("echo", $"{i}", Queue)));
        foreach (JobId id in done)
            await Client.WaitAsync(id);
        JobId[] gated = await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => cluster.SubmitAsync("gated", Queue, Queue)));
        await Poll.UntilAsync(() => InState(JobState.Running), running => running.Length == 4);

        JobInfo[] all = await InState(null);
        Assert.Equal(10, all.Length);
        foreach (JobState state in Enum.GetValues<JobState>())
            Assert.Equal(all.Where(j => j.State == state).Select(j => j.Id), (await InState(state)).Select(j => j.Id));
        Assert.Equal((4, 3, 3), (all.Count(j => j.State == JobState.Running), all.Count(j => j.State == JobState.Waiting), all.Count(j => j.State == JobState.Succeeded)));
        foreach (string worker in new[] { "w1", "w2" })
        {
            Assert.Equal(2, all.Count(j => j.State == JobState.Running && j.Worker == worker));
            JobInfo[] found = await ListAsync(new JobFilter { Queue = Queue, Worker = worker });
            Assert.Equal(all.Where(j => j.Worker == worker).Select(j => j.Id), found.Select(j => j.Id));
            JobInfo[] runs = await ListAsync(new JobFilter { Queue = Queue, Worker = worker, State = JobState.Running });
            Assert.Equal(all.Where(j => j.Worker == worker && j.State == JobState.Running).Select(j => j.Id), runs.Select(j => j.Id));
        }

        cluster.Gate(Queue).SetResult();
        foreach (JobId id in gated)
            await Client.WaitAsync(id);
        Assert.Empty(await InState(JobState.Running));

        Task<JobInfo[]> InState(JobState? state) => ListAsync(new JobFilter { Queue = Queue, State = state });
    }

    [Fact]
    public async Task Pages_follow_each_other_to_an_end_that_is_said()
    {
        const string Queue = "pages";
        JobId[] ids = await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => cluster.SubmitAsync("gated", Queue, Queue)));
        foreach (JobFilter filter in new JobFilter[] { new() { Queue = Queue }, new() { Queue = Queue, State = JobState.Waiting } })
        {
            int expected = filter.State is null ? 7 : 3;
            if (filter.State is not null)
                await Poll.UntilAsync(() => Client.ListPageAsync(filter), page => page.Items.Count == expected);
            foreach (int limit in new[] { 1, 2, 3, 7, 100 })
            {
                List<JobId> seen = [];
                JobPage page;
                JobId? after = null;
                do
                {
                    page = await Client.ListPageAsync(filter with { Limit = limit, After = after });
                    Assert.InRange(page.Items.Count, 1, limit);
                    seen.AddRange(page.Items.Select(j => j.Id));
                    after = page.Next;
                }
                while (after is not null);
                Assert.Equal(expected, seen.Count);
                Assert.Equal(seen.OrderDescending(), seen);
            }
        }
        cluster.Gate(Queue).SetResult();
        foreach (JobId id in ids)
            await Client.WaitAsync(id);
    }

    [Fact]
    public async Task Listing_finds_texts_in_id_kind_source_and_error_and_refuses_what_cannot_be()
    {
        JobId dead = await Client.SubmitAsync("fail", "text", o => (o.Queue, o.Attempts, o.Source) = ("texts", 1, "Album-7"));
        await Client.WaitAsync(dead);
        foreach (string text in new[] { "gate TEXT is", "album-7", dead.ToString().ToUpperInvariant(), "FAIL" })
            Assert.Equal([dead], (await ListAsync(new JobFilter { Queue = "texts", Text = text })).Select(j => j.Id));
        Assert.Empty(await ListAsync(new JobFilter { Queue = "texts", Text = "album-8" }));
        Assert.Empty(await ListAsync(new JobFilter { Queue = "no-such-queue" }));
        await Refused(RefusalCode.Invalid, Client.ListPageAsync(new JobFilter { Limit = 0 }));
        await Refused(RefusalCode.Invalid, Client.ListPageAsync(new JobFilter { Limit = 1_001 }));
        await Refused(RefusalCode.Invalid, Client.ListPageAsync(new JobFilter { Text = new string('x', 513) }));
    }

    private async Task<JobInfo[]> ListAsync(JobFilter filter)
    {
        JobPage page = await Client.ListPageAsync(filter with { Limit = 1_000 });
        Assert.Null(page.Next);
        return [.. page.Items];
    }

    private static async Task<JobRefusedException> Refused(RefusalCode code, Task task)
    {
        JobRefusedException refused = await Assert.ThrowsAsync<JobRefusedException>(() => task);
        Assert.Equal(code, refused.Code);
        return refused;
    }
}
