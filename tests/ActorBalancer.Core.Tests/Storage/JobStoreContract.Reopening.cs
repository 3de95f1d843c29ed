using System.Text;
using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

public abstract partial class JobStoreContract
{
    [Theory]
    [InlineData(JobState.Dead)]
    [InlineData(JobState.Discarded)]
    [InlineData(JobState.Cancelled)]
    public async Task Reopened_job_waits_again_as_it_was_submitted_with_its_history_and_a_fresh_budget(JobState end)
    {
        await using StoreSession s = await StartAsync();
        long key = s.Key(1, 7);
        JobRequest request = new()
        {
            Kind = "resize", Payload = "{\"n\":1}"u8.ToArray(), Source = "album-7", Priority = 7, TimeLimit = TimeSpan.FromSeconds(9), Attempts = 4,
        };
        Commit commit = s.Commit();
        JobBatch jobs = JobBatch.From([new JobRequest { Kind = "echo", Payload = new byte[5] }, request]);
        commit.Inserts.Add(new InsertRows(jobs, [s.Key(0), key], 1_790_000_000_123));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        await s.FinishAsync(s.Outcome(key, 1, AttemptOutcome.Lost, JobState.Waiting) with { Crashes = 1 });
        await s.FinishAsync(s.Outcome(key, 2, AttemptOutcome.Failed, end, "w2") with { Crashes = 1, Error = "no such album" });
        // Nothing else keeps its payload.
        await s.FinishAsync(s.Succeeded(s.Key(0)));

        Reopening answer = await s.Store.ReopenAsync(s.Incarnation, new JobId(key), default);

        Assert.Equal((ReopenResult.Done, end), (answer.Result, answer.Was));
        foreach (StoredJobs stored in new[] { answer.Job!, await s.Store.LoadAsync(s.Queue.Number, -1, 10, default) })
        {
            Assert.Equal([key], stored.Keys);
            Assert.Equal(
                ("resize", "album-7", 7, 9_000L, 4, "{\"n\":1}"),
                (stored.Jobs.Kind(0), stored.Jobs.Source(0), stored.Jobs.Priority(0), stored.Jobs.TimeLimitMs(0), stored.Jobs.AttemptsAllowed(0),
                    Encoding.UTF8.GetString(stored.Jobs.Payload(0).Span)));
            Assert.Equal((0, 0, 2, 0L), (stored.Used[0], stored.Crashes[0], stored.Runs[0], stored.RunAt[0]));
            Assert.Equal(1_790_000_000_123, stored.SubmittedUnixMs[0]);
        }
        JobInfo job = await s.GetAsync(key);
        Assert.Equal((JobState.Waiting, DeadReason.None, 2, null), (job.State, job.Reason, job.Attempt, job.FinishedAt));
        Assert.Equal([AttemptOutcome.Lost, AttemptOutcome.Failed], job.Attempts.Select(a => a.Outcome));
    }

    [Fact]
    public async Task Reopened_job_becomes_final_again_and_can_be_reopened_again()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            await s.FinishAsync(s.Outcome(s.Key(0), attempt, AttemptOutcome.Failed, JobState.Dead));
            Assert.Equal(ReopenResult.Done, (await s.Store.ReopenAsync(s.Incarnation, new JobId(s.Key(0)), default)).Result);
        }
        await s.FinishAsync(s.Succeeded(s.Key(0), "at last", attempt: 4));
        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal((JobState.Succeeded, "at last", 4), (job.State, Encoding.UTF8.GetString(job.Result.Span), job.Attempts.Count));
        Assert.Empty(await s.KeysAsync());
        Assert.Equal(0, s.Under.Duplicates);
    }

    [Fact]
    public async Task Jobs_in_other_states_are_not_reopened_and_nothing_changes()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1), s.Key(2));
        await s.FinishAsync(s.Succeeded(s.Key(1), "done"));
        await s.FinishAsync(s.Outcome(s.Key(2), 1, AttemptOutcome.Failed, JobState.Retrying) with { RunAtUnixMs = s.Under.NowUnixMs + 60_000 });
        foreach ((long key, JobState state) in new[] { (s.Key(0), JobState.Waiting), (s.Key(1), JobState.Succeeded), (s.Key(2), JobState.Retrying) })
        {
            Assert.Equal(new Reopening(ReopenResult.WrongState, state), await s.Store.ReopenAsync(s.Incarnation, new JobId(key), default));
            Assert.Equal(state, (await s.GetAsync(key)).State);
        }
        foreach (long key in new[] { s.Key(3), s.Key(0, 4), JobKey.Pack(99, 5, 0), -1 })
            Assert.Equal(new Reopening(ReopenResult.NotFound), await s.Store.ReopenAsync(s.Incarnation, new JobId(key), default));
    }

    [Fact]
    public async Task Fenced_incarnation_reopens_nothing()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Failed, JobState.Dead));
        await s.Store.ReleaseAsync(s.Incarnation, default);
        await StoreSession.RegisterAsync(s.Under, "r2");
        Assert.Equal(new Reopening(ReopenResult.Fenced), await s.Store.ReopenAsync(s.Incarnation, new JobId(s.Key(0)), default));
        Assert.Equal(JobState.Dead, (await s.GetAsync(s.Key(0))).State);
    }

    [Fact]
    public async Task Listing_finds_final_jobs_by_worker_open_ones_whatever_their_worker_and_any_by_text()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1), s.Key(2), s.Key(3));
        await s.FinishAsync(s.Succeeded(s.Key(0), worker: "w1"), s.Succeeded(s.Key(1), worker: "w2"));
        await s.FinishAsync(s.Outcome(s.Key(2), 1, AttemptOutcome.Failed, JobState.Dead, "w1") with { Error = "Disk FULL at w9" });

        Assert.Equal(Ids(3, 2, 0), await s.ListAsync(new JobQuery { Worker = "w1" }));
        Assert.Equal(Ids(3), await s.ListAsync(new JobQuery { Worker = "w1", Open = true }));
        Assert.Equal(Ids(2), await s.ListAsync(new JobQuery { Text = "disk full" }));
        Assert.Equal(Ids(1), await s.ListAsync(new JobQuery { Text = new JobId(s.Key(1)).ToString().ToUpperInvariant() }));
        Assert.Equal(Ids(3, 2, 1, 0), await s.ListAsync(new JobQuery { Text = "ECHO" }));
        Assert.Empty(await s.ListAsync(new JobQuery { Text = "no such text" }));

        string[] Ids(params long[] sequences) => [.. sequences.Select(sequence => new JobId(s.Key(sequence)).ToString())];
    }
}
