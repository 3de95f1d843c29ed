using System.Text;
using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

public abstract partial class JobStoreContract
{
    [Fact]
    public async Task Load_goes_by_priority_and_then_by_acceptance()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0, 0), s.Key(1), s.Key(2, 9), s.Key(3), s.Key(4, 9));
        long[] expected = [s.Key(2, 9), s.Key(4, 9), s.Key(1), s.Key(3), s.Key(0, 0)];
        Assert.Equal(expected.Order(), expected);
        Assert.Equal(expected, await s.KeysAsync());
    }

    [Fact]
    public async Task Load_continues_behind_any_key_and_keeps_to_its_limit()
    {
        await using StoreSession s = await StartAsync();
        // Over a page, and with every priority on it.
        long[] keys = [.. Enumerable.Range(0, 600).Select(i => s.Key(i, i * 7 % 10))];
        await s.InsertAsync(keys);
        Array.Sort(keys);
        List<long> read = [];
        long after = -1;
        while (await s.KeysAsync(after, 37) is { Length: > 0 } some)
        {
            Assert.True(some.Length <= 37);
            read.AddRange(some);
            after = some[^1];
        }
        Assert.Equal(keys, read);
        Assert.Equal(keys[301..303], await s.KeysAsync(keys[300], 2));
        Assert.Empty(await s.KeysAsync(keys[^1]));
        Assert.Empty(await s.KeysAsync(-1, 0));
    }

    [Fact]
    public async Task Load_leaves_out_final_jobs_and_other_queues()
    {
        await using StoreSession s = await StartAsync();
        QueueRow other = (await s.Store.OpenQueueAsync(s.Incarnation, "other", default))!;
        long theirs = JobKey.Pack(other.Number, 5, 0);
        await s.InsertAsync(s.Key(0), s.Key(1), s.Key(2), theirs);
        await s.FinishAsync(s.Succeeded(s.Key(1)));
        Assert.Equal([s.Key(0), s.Key(2)], await s.KeysAsync());
        Assert.Equal([theirs], (await s.Store.LoadAsync(other.Number, -1, 10, default)).Keys);
        Assert.Equal([theirs], (await s.Store.LoadAsync(other.Number, s.Key(2), 10, default)).Keys);
        Assert.Empty(await s.KeysAsync(theirs));
        Assert.Empty((await s.Store.LoadAsync(77, -1, 10, default)).Keys);
    }

    [Fact]
    public async Task Load_gives_back_every_column_of_jobs_from_many_batches()
    {
        await using StoreSession s = await StartAsync();
        long now = s.Under.NowUnixMs;
        JobRequest[] requests =
        [
            new() { Kind = "a", Payload = "one"u8.ToArray() },
            new() { Kind = "b", Payload = "two"u8.ToArray(), Source = "s", Attempts = 3, TimeLimit = TimeSpan.FromSeconds(5) },
            new() { Kind = "a", Payload = default, RunAt = DateTimeOffset.FromUnixTimeMilliseconds(now + 60_000) },
            new() { Kind = "c", Payload = "four"u8.ToArray(), Priority = 2 },
        ];
        long[] keys = [s.Key(0), s.Key(1), s.Key(2), s.Key(3, 2)];
        for (int i = 0; i < requests.Length; i++)
        {
            Commit commit = s.Commit();
            commit.Inserts.Add(new InsertRows(JobBatch.From([requests[i]]), [keys[i]], now + i));
            await s.Store.CommitAsync(commit, default);
        }
        await s.FinishAsync(s.Outcome(keys[1], 1, AttemptOutcome.Failed, JobState.Retrying)
            with { RunAtUnixMs = now + 9_000, Used = 1, Crashes = 2 });

        StoredJobs stored = await s.Store.LoadAsync(s.Queue.Number, -1, 10, default);
        JobBatch jobs = stored.Jobs;
        Assert.Equal(keys, stored.Keys);
        Assert.Equal(4, jobs.Count);
        Assert.Equal(["a", "b", "a", "c"], Enumerable.Range(0, 4).Select(jobs.Kind));
        Assert.Equal(["default", "default", "default", "default"], Enumerable.Range(0, 4).Select(jobs.Queue));
        Assert.Equal(["one", "two", "", "four"], Enumerable.Range(0, 4).Select(i => Encoding.UTF8.GetString(jobs.Payload(i).Span)));
        Assert.Equal([null, "s", null, null], Enumerable.Range(0, 4).Select(jobs.Source));
        Assert.Equal([5, 5, 5, 2], Enumerable.Range(0, 4).Select(jobs.Priority));
        Assert.Equal([0, 3, 0, 0], Enumerable.Range(0, 4).Select(jobs.AttemptsAllowed));
        Assert.Equal([0L, 5000, 0, 0], Enumerable.Range(0, 4).Select(jobs.TimeLimitMs));
        Assert.Equal([0L, now + 9_000, now + 60_000, 0], stored.RunAt);
        Assert.Equal([0, 1, 0, 0], stored.Used);
        Assert.Equal([0, 2, 0, 0], stored.Crashes);
        Assert.Equal([0, 1, 0, 0], stored.Runs);
        Assert.Equal([now, now + 1, now + 2, now + 3], stored.SubmittedUnixMs);
    }

    [Fact]
    public async Task Scheduled_job_shows_as_waiting_once_it_is_due()
    {
        await using StoreSession s = await StartAsync();
        long now = s.Under.NowUnixMs;
        Commit commit = s.Commit();
        JobRequest later = new() { Kind = "echo", Payload = default, RunAt = DateTimeOffset.FromUnixTimeMilliseconds(now + 1000) };
        commit.Inserts.Add(new InsertRows(JobBatch.From([later]), [s.Key(0)], now));
        await s.Store.CommitAsync(commit, default);
        Assert.Equal(JobState.Scheduled, (await s.GetAsync(s.Key(0))).State);
        Assert.Single(await s.ListAsync(new JobQuery { State = JobState.Scheduled }));
        s.Under.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(JobState.Waiting, (await s.GetAsync(s.Key(0))).State);
        Assert.Empty(await s.ListAsync(new JobQuery { State = JobState.Scheduled }));
        Assert.Single(await s.ListAsync(new JobQuery { State = JobState.Waiting }));
    }

    [Fact]
    public async Task Retrying_job_shows_as_waiting_once_it_is_due()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Retry, JobState.Retrying)
            with { RunAtUnixMs = s.Under.NowUnixMs + 1000 });
        Assert.Equal(JobState.Retrying, (await s.GetAsync(s.Key(0))).State);
        s.Under.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(JobState.Waiting, (await s.GetAsync(s.Key(0))).State);
    }

    [Fact]
    public async Task Unknown_id_is_null()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        long[] unknown = [s.Key(1), s.Key(0, 4), s.Key(JobKey.MaxSequence), JobKey.Pack(2047, 0, JobKey.MaxSequence), long.MaxValue];
        foreach (long key in unknown)
            Assert.Null(await s.Store.GetAsync(new JobId(key), default));
    }

    [Fact]
    public async Task Listing_is_newest_first_whatever_the_priority()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0, 9), s.Key(1, 0), s.Key(2));
        Assert.Equal([Id(s.Key(2)), Id(s.Key(1, 0)), Id(s.Key(0, 9))], await s.ListAsync(new JobQuery()));
    }

    [Fact]
    public async Task Listing_over_queues_goes_by_the_time_of_submission()
    {
        await using StoreSession s = await StartAsync();
        QueueRow other = (await s.Store.OpenQueueAsync(s.Incarnation, "other", default))!;
        List<long> submitted = [];
        for (int i = 0; i < 6; i++)
        {
            submitted.Add(i % 2 == 0 ? s.Key(i / 2) : JobKey.Pack(other.Number, 5, i / 2));
            await s.InsertAsync(submitted[i]);
            s.Under.Pass(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal(Enumerable.Reverse(submitted).Select(Id), await s.ListAsync(new JobQuery()));
    }

    [Fact]
    public async Task Listing_filters_by_state_queue_kind_and_source()
    {
        await using StoreSession s = await StartAsync();
        QueueRow other = (await s.Store.OpenQueueAsync(s.Incarnation, "other", default))!;
        long theirs = JobKey.Pack(other.Number, 5, 0);
        Commit commit = s.Commit();
        JobRequest[] requests =
        [
            new() { Kind = "a", Payload = default },
            new() { Kind = "b", Payload = default, Source = "s" },
            new() { Kind = "b", Payload = default, Queue = "other" },
        ];
        commit.Inserts.Add(new InsertRows(JobBatch.From(requests), [s.Key(0), s.Key(1), theirs], s.Under.NowUnixMs));
        await s.Store.CommitAsync(commit, default);
        await s.FinishAsync(s.Succeeded(s.Key(0)));

        Assert.Equal([Id(s.Key(0))], await s.ListAsync(new JobQuery { State = JobState.Succeeded }));
        Assert.Equal([Id(theirs)], await s.ListAsync(new JobQuery { Queue = "other" }));
        Assert.Equal([Id(theirs), Id(s.Key(1))], await s.ListAsync(new JobQuery { Kind = "b" }));
        Assert.Equal([Id(s.Key(1))], await s.ListAsync(new JobQuery { Source = "s" }));
        Assert.Equal([Id(s.Key(0))], await s.ListAsync(new JobQuery { Source = Id(s.Key(0)) }));
        Assert.Equal([Id(s.Key(1))], await s.ListAsync(new JobQuery { Queue = "default", Kind = "b", State = JobState.Waiting }));
        Assert.Empty(await s.ListAsync(new JobQuery { Queue = "nowhere" }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Pages_of_a_listing_show_every_job_once(int limit)
    {
        await using StoreSession s = await StartAsync();
        await s.Store.OpenQueueAsync(s.Incarnation, "q1", default);
        await s.Store.OpenQueueAsync(s.Incarnation, "q2", default);
        List<string> all = [];
        for (int i = 0; i < 90; i++)
        {
            // Several in a millisecond, and queues of unequal length.
            long key = JobKey.Pack(i % 9 == 0 ? 2 : i % 2, 5, i);
            await s.InsertAsync(key);
            all.Add(Id(key));
            if (i % 4 == 0)
                s.Under.Pass(TimeSpan.FromMilliseconds(1));
        }

        List<string> read = [];
        JobQuery query = new() { Limit = limit };
        while (await s.Store.ListAsync(query, default) is { Count: > 0 } page)
        {
            Assert.True(page.Count <= limit);
            read.AddRange(page.Select(job => job.Id.ToString()));
            query = query with { After = page[^1].Id };
        }
        Assert.Equal(all.Count, read.Count);
        Assert.Equal(all.Order(), read.Order());
        Assert.Equal(read, await s.ListAsync(new JobQuery { Limit = 1000 }));
    }

    [Fact]
    public async Task Listing_behind_an_unknown_job_of_an_unknown_queue_is_empty()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        Assert.Empty(await s.ListAsync(new JobQuery { After = new JobId(JobKey.Pack(9, 5, 0)) }));
    }

    [Fact]
    public async Task Readers_see_each_commit_whole_while_the_writer_goes_on()
    {
        await using StoreSession s = await StartAsync();
        int jobs = s.Under.WatchedCommits;
        // One job a commit, which is inserted and finished by the next commit; a reader must see it in one state or the other.
        Task writer = Task.Run(async () =>
        {
            for (int i = 0; i < jobs; i++)
            {
                Commit commit = s.Insert(s.Key(i));
                if (i > 0)
                    commit.Outcomes.Add(s.Succeeded(s.Key(i - 1), $"result {i - 1}"));
                await s.Store.CommitAsync(commit, default);
            }
        });
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            bool last;
            do
            {
                last = writer.IsCompleted;
                IReadOnlyList<JobInfo> list = await s.Store.ListAsync(new JobQuery { Limit = 20 }, default);
                foreach (JobInfo job in list)
                    AssertWhole(job);
                // In one commit a job finishes and the next one is born, so whoever has a successor is final.
                foreach (JobInfo job in list.Skip(1))
                    AssertWhole(await s.GetAsync(job.Id.Key), JobState.Succeeded);
            }
            while (!last);
        }))];
        await Task.WhenAll([writer, .. readers]);
        Assert.Equal([s.Key(jobs - 1)], await s.KeysAsync());

        static void AssertWhole(JobInfo job, JobState? state = null)
        {
            Assert.Equal(state ?? job.State, job.State);
            string expected = job.State == JobState.Succeeded ? $"result {JobKey.Sequence(job.Id.Key)}" : "";
            Assert.Equal(expected, Encoding.UTF8.GetString(job.Result.Span));
        }
    }

    private static string Id(long key) => new JobId(key).ToString();
}
