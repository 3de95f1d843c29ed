using System.Text;
using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

public abstract partial class JobStoreContract
{
    [Fact]
    public async Task Inserted_job_waits_and_shows_what_was_submitted()
    {
        await using StoreSession s = await StartAsync();
        long key = s.Key(0, 7);
        Commit commit = s.Commit();
        JobBatch jobs = JobBatch.From([new JobRequest { Kind = "resize", Payload = "{}"u8.ToArray(), Source = "album-7", Priority = 7 }]);
        commit.Inserts.Add(new InsertRows(jobs, [key], 1_790_000_000_123));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));

        JobInfo job = await s.GetAsync(key);
        Assert.Equal(
            (new JobId(key), "resize", "default", "album-7", JobState.Waiting, 0),
            (job.Id, job.Kind, job.Queue, job.Source, job.State, job.Attempt));
        Assert.Equal(1_790_000_000_123, job.SubmittedAt.ToUnixTimeMilliseconds());
        Assert.Equal((null, null, null, null), (job.Worker, job.StartedAt, job.FinishedAt, job.Error));
        Assert.Empty(job.Attempts);
    }

    [Fact]
    public async Task Job_without_a_source_has_its_id_for_one()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        Assert.Equal(new JobId(s.Key(0)).ToString(), (await s.GetAsync(s.Key(0))).Source);
    }

    [Fact]
    public async Task Refused_rows_of_a_batch_are_not_inserted()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), -1, s.Key(1));
        StoredJobs stored = await s.Store.LoadAsync(s.Queue.Number, -1, 10, default);
        Assert.Equal([s.Key(0), s.Key(1)], stored.Keys);
        Assert.Equal($"{s.Key(1)}", Encoding.UTF8.GetString(stored.Jobs.Payload(1).Span));
    }

    [Fact]
    public async Task Inserting_a_key_again_changes_nothing()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1));
        await s.FinishAsync(s.Succeeded(s.Key(1), "done"));
        Commit again = s.Commit();
        JobBatch other = JobBatch.From([.. Enumerable.Repeat(new JobRequest { Kind = "other", Payload = new byte[3] }, 3)]);
        again.Inserts.Add(new InsertRows(other, [s.Key(0), s.Key(1), s.Key(2)], 1));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(again, default));

        Assert.Equal(("echo", JobState.Waiting), ((await s.GetAsync(s.Key(0))).Kind, (await s.GetAsync(s.Key(0))).State));
        Assert.Equal(("echo", JobState.Succeeded), ((await s.GetAsync(s.Key(1))).Kind, (await s.GetAsync(s.Key(1))).State));
        Assert.Equal("other", (await s.GetAsync(s.Key(2))).Kind);
        Assert.Equal([s.Key(0), s.Key(2)], await s.KeysAsync());
    }

    [Fact]
    public async Task Success_records_result_worker_times_and_rule()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        Assert.Equal(CommitResult.Done, await s.FinishAsync(s.Succeeded(s.Key(0), "{\"n\":1}", worker: "w3")));

        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal((JobState.Succeeded, 1, "w3"), (job.State, job.Attempt, job.Worker));
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString(job.Result.Span));
        JobAttempt attempt = Assert.Single(job.Attempts);
        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(s.Under.NowUnixMs);
        Assert.Equal(
            new JobAttempt(1, "w3", now.AddMilliseconds(-20), now, AttemptOutcome.Succeeded, null, "least-connections"), attempt);
        Assert.Equal((attempt.StartedAt, attempt.FinishedAt), (job.StartedAt, job.FinishedAt));
        Assert.Empty(await s.KeysAsync());
    }

    [Fact]
    public async Task Result_is_copied_from_the_report_that_brought_it()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1));
        byte[] report = "onetwo"u8.ToArray();
        await s.FinishAsync(
            s.Succeeded(s.Key(0)) with { Result = report.AsMemory(0, 3) },
            s.Succeeded(s.Key(1)) with { Result = report.AsMemory(3, 3) });
        Array.Clear(report);
        Assert.Equal("one", Encoding.UTF8.GetString((await s.GetAsync(s.Key(0))).Result.Span));
        Assert.Equal("two", Encoding.UTF8.GetString((await s.GetAsync(s.Key(1))).Result.Span));
    }

    [Fact]
    public async Task Results_of_every_size_in_one_commit_come_back_whole()
    {
        await using StoreSession s = await StartAsync();
        int[] sizes = [0, 1, 65_536, 10, 65_535, 1, 1, 40_000, 40_000, 100_000, 0, 7];
        long[] keys = [.. sizes.Select((_, i) => s.Key(i))];
        await s.InsertAsync(keys);
        byte[][] results = [.. sizes.Select((size, i) => Enumerable.Repeat((byte)(i + 1), size).ToArray())];
        await s.FinishAsync([.. keys.Select((key, i) => s.Succeeded(key) with { Result = results[i] })]);
        for (int i = 0; i < keys.Length; i++)
            Assert.Equal(results[i], (await s.GetAsync(keys[i])).Result.ToArray());
    }

    [Fact]
    public async Task Outcome_of_a_final_job_is_dropped_and_counted()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Succeeded(s.Key(0), "first"));
        foreach (JobState state in new[] { JobState.Succeeded, JobState.Waiting, JobState.Retrying, JobState.Dead, JobState.Cancelled })
            Assert.Equal(CommitResult.Done, await s.FinishAsync(s.Outcome(s.Key(0), 2, AttemptOutcome.Failed, state, "w9")));

        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal((JobState.Succeeded, "w1", 1), (job.State, job.Worker, job.Attempts.Count));
        Assert.Equal("first", Encoding.UTF8.GetString(job.Result.Span));
        Assert.Equal(5, s.Under.Duplicates);
    }

    [Fact]
    public async Task Outcome_of_an_unknown_job_is_dropped_and_counted()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        long[] unknown = [s.Key(1), s.Key(0, 4), s.Key(1L << 40), JobKey.Pack(9, 5, 0)];
        Assert.Equal(CommitResult.Done, await s.FinishAsync([.. unknown.Select(key => s.Succeeded(key)), s.Succeeded(s.Key(0))]));
        Assert.Equal(4, s.Under.Duplicates);
        Assert.Equal(JobState.Succeeded, (await s.GetAsync(s.Key(0))).State);
        foreach (long key in unknown)
            Assert.Null(await s.Store.GetAsync(new JobId(key), default));
    }

    [Fact]
    [Trait("Rule", "2")]
    public async Task Second_outcome_of_a_job_in_one_commit_is_a_duplicate()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Succeeded(s.Key(0), "a"), s.Succeeded(s.Key(0), "b"));
        Assert.Equal("a", Encoding.UTF8.GetString((await s.GetAsync(s.Key(0))).Result.Span));
        Assert.Equal(1, s.Under.Duplicates);
    }

    [Fact]
    public async Task Insert_and_outcome_of_a_job_may_share_a_commit()
    {
        await using StoreSession s = await StartAsync();
        Commit commit = s.Insert(s.Key(0));
        commit.Outcomes.Add(s.Outcome(s.Key(0), 0, AttemptOutcome.None, JobState.Cancelled, ""));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Equal(JobState.Cancelled, (await s.GetAsync(s.Key(0))).State);
    }

    [Theory]
    [InlineData(JobState.Succeeded, AttemptOutcome.Succeeded)]
    [InlineData(JobState.Discarded, AttemptOutcome.Discarded)]
    [InlineData(JobState.Cancelled, AttemptOutcome.Cancelled)]
    [InlineData(JobState.Dead, AttemptOutcome.Failed)]
    [InlineData(JobState.Retrying, AttemptOutcome.Retry)]
    [InlineData(JobState.Waiting, AttemptOutcome.Lost)]
    public async Task Job_that_is_stored_as_waiting_scheduled_or_retrying_takes_every_outcome_of_a_run(JobState to, AttemptOutcome outcome)
    {
        await using StoreSession s = await StartAsync();
        Commit insert = s.Commit();
        long now = s.Under.NowUnixMs;
        DateTimeOffset later = DateTimeOffset.FromUnixTimeMilliseconds(now).AddHours(1);
        JobRequest[] requests =
        [
            new() { Kind = "echo", Payload = default },
            new() { Kind = "echo", Payload = default, RunAt = later },
            new() { Kind = "echo", Payload = default },
        ];
        insert.Inserts.Add(new InsertRows(JobBatch.From(requests), [s.Key(0), s.Key(1), s.Key(2)], now));
        insert.Outcomes.Add(s.Outcome(s.Key(2), 1, AttemptOutcome.Failed, JobState.Retrying) with { RunAtUnixMs = now + 1000 });
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(insert, default));
        s.Under.Pass(TimeSpan.FromHours(2));

        for (int i = 0; i < 3; i++)
        {
            int attempt = i == 2 ? 2 : 1;
            OutcomeRow row = s.Outcome(s.Key(i), attempt, outcome, to) with { RunAtUnixMs = s.Under.NowUnixMs + 1000 };
            Assert.Equal(CommitResult.Done, await s.FinishAsync(row));
            JobInfo job = await s.GetAsync(s.Key(i));
            Assert.Equal((to, attempt, outcome), (job.State, job.Attempt, job.Attempts[^1].Outcome));
        }
        Assert.Equal(0, s.Under.Duplicates);
    }

    [Theory]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Scheduled)]
    public async Task Commit_with_an_illegal_transition_is_a_bug_and_stores_nothing(JobState illegal)
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1));
        Commit commit = s.Insert(s.Key(2));
        commit.Outcomes.Add(s.Succeeded(s.Key(0)));
        commit.Outcomes.Add(s.Outcome(s.Key(1), 1, AttemptOutcome.Failed, illegal));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await s.Store.CommitAsync(commit, default));
        Assert.Equal([s.Key(0), s.Key(1)], await s.KeysAsync());
    }

    [Fact]
    public async Task Commit_for_a_queue_that_is_not_open_is_a_bug_and_stores_nothing()
    {
        await using StoreSession s = await StartAsync();
        Commit commit = s.Insert(s.Key(0));
        commit.Inserts.Add(new InsertRows(StoreSession.Jobs(1), [JobKey.Pack(5, 5, 0)], 1));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await s.Store.CommitAsync(commit, default));
        Assert.Empty(await s.KeysAsync());
    }

    [Fact]
    public async Task Lost_run_waits_again_with_its_attempt_and_crash_recorded()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Lost, JobState.Waiting, "w2")
            with { Crashes = 1, Error = "its worker died" });

        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal((JobState.Waiting, 1, "w2", "its worker died"), (job.State, job.Attempt, job.Worker, job.Error));
        Assert.Null(job.FinishedAt);
        Assert.Equal(AttemptOutcome.Lost, Assert.Single(job.Attempts).Outcome);
        StoredJobs stored = await s.Store.LoadAsync(s.Queue.Number, -1, 10, default);
        Assert.Equal((1, 1, 1, 0), (stored.Used[0], stored.Crashes[0], stored.Runs[0], stored.RunAt[0]));
    }

    [Fact]
    public async Task Released_run_that_started_is_shown_and_costs_no_attempt()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Released, JobState.Waiting) with { Used = 0 });
        await s.FinishAsync(s.Succeeded(s.Key(0), attempt: 2, worker: "w2") with { Used = 1 });
        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal([(1, "w1", AttemptOutcome.Released), (2, "w2", AttemptOutcome.Succeeded)],
            job.Attempts.Select(a => (a.Number, a.Worker, a.Outcome)));
    }

    [Fact]
    public async Task Run_that_never_started_is_no_attempt()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Released, JobState.Waiting) with { StartedUnixMs = 0, Used = 0 });
        Assert.Empty((await s.GetAsync(s.Key(0))).Attempts);
        StoredJobs stored = await s.Store.LoadAsync(s.Queue.Number, -1, 10, default);
        Assert.Equal((0, 0), (stored.Used[0], stored.Runs[0]));
    }

    [Fact]
    public async Task Job_given_up_before_its_run_started_says_why()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Failed, JobState.Retrying) with { Error = "no disk", RunAtUnixMs = 1 });
        await s.FinishAsync(s.Outcome(s.Key(0), 2, AttemptOutcome.Lost, JobState.Dead)
            with { StartedUnixMs = 0, Crashes = 3, Reason = DeadReason.Poisoned, Error = "3 workers died" });
        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal((JobState.Dead, DeadReason.Poisoned, "3 workers died"), (job.State, job.Reason, job.Error));
        Assert.Equal("no disk", Assert.Single(job.Attempts).Error);
    }

    [Fact]
    public async Task Job_cancelled_before_it_ran_has_no_attempt_and_an_end()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Outcome(s.Key(0), 0, AttemptOutcome.None, JobState.Cancelled, ""));
        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal((JobState.Cancelled, 0, null), (job.State, job.Attempt, job.StartedAt));
        Assert.Equal(s.Under.NowUnixMs, job.FinishedAt!.Value.ToUnixTimeMilliseconds());
        Assert.Empty(job.Attempts);
    }

    [Fact]
    public async Task Every_attempt_is_listed_oldest_first_with_its_own_error()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        for (int n = 1; n <= 4; n++)
        {
            await s.FinishAsync(s.Outcome(s.Key(0), n, AttemptOutcome.Failed, JobState.Retrying, $"w{n}")
                with { Error = n == 3 ? null : $"error {n}", RunAtUnixMs = s.Under.NowUnixMs + 1000 });
        }
        await s.FinishAsync(s.Outcome(s.Key(0), 5, AttemptOutcome.Failed, JobState.Dead, "w5")
            with { Error = "error 5", Reason = DeadReason.Attempts });

        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal((JobState.Dead, DeadReason.Attempts, 5, "w5", "error 5"), (job.State, job.Reason, job.Attempt, job.Worker, job.Error));
        Assert.Equal([1, 2, 3, 4, 5], job.Attempts.Select(a => a.Number));
        Assert.Equal(["w1", "w2", "w3", "w4", "w5"], job.Attempts.Select(a => a.Worker));
        Assert.Equal(["error 1", "error 2", null, "error 4", "error 5"], job.Attempts.Select(a => a.Error));
    }
}
