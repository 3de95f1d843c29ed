using System.Text;
using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests;

/// <summary>What both durable stores must do beside the contract of all stores.</summary>
public abstract class DurableStoreContract
{
    private static readonly Retention Keep = new(TimeSpan.FromHours(24), TimeSpan.FromDays(30));

    private protected abstract Task<StoreUnderTest> OpenAsync();

    [Fact]
    public async Task Succeeded_jobs_are_kept_for_a_day_and_dead_ones_for_thirty()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        await s.InsertAsync([.. Enumerable.Range(0, 5).Select(i => s.Key(i))]);
        await s.FinishAsync(
            s.Outcome(s.Key(0), 1, AttemptOutcome.Failed, JobState.Dead),
            s.Succeeded(s.Key(1)),
            s.Outcome(s.Key(2), 1, AttemptOutcome.Discarded, JobState.Discarded),
            s.Outcome(s.Key(3), 0, AttemptOutcome.None, JobState.Cancelled, ""));

        s.Under.Pass(TimeSpan.FromHours(23));
        Assert.Equal(0, await PruneAsync(s));
        Assert.Equal(5, (await s.ListAsync(new JobQuery())).Length);
        // A store may drop what finished in the same two hours together.
        s.Under.Pass(TimeSpan.FromHours(5));
        Assert.True(await PruneAsync(s) >= 3);
        Assert.Equal([Id(s.Key(4)), Id(s.Key(0))], await s.ListAsync(new JobQuery()));
        s.Under.Pass(TimeSpan.FromDays(28));
        Assert.Equal(0, await PruneAsync(s));
        s.Under.Pass(TimeSpan.FromDays(2));
        Assert.Equal(1, await PruneAsync(s));
        Assert.Equal([Id(s.Key(4))], await s.ListAsync(new JobQuery()));
        Assert.Equal([s.Key(4)], await s.KeysAsync());
        Assert.Equal(5, Assert.Single(await s.Store.ClaimAsync(s.Incarnation, default)).NextSequence);
    }

    [Fact]
    public async Task Pruning_passes_over_what_finished_late_and_goes_on_where_it_stopped()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        QueueRow mail = (await s.Store.OpenQueueAsync(s.Incarnation, "mail", default))!;
        long[] keys = [.. Enumerable.Range(0, 10_000).Select(i => s.Key(i)), JobKey.Pack(mail.Number, 9, 0), JobKey.Pack(mail.Number, 0, 1)];
        await s.InsertAsync(keys);
        await s.FinishAsync([.. keys.Where((_, i) => i % 100 != 0).Select(key => s.Succeeded(key))]);
        s.Under.Pass(TimeSpan.FromHours(20));
        await s.FinishAsync([.. keys.Where((_, i) => i % 100 == 0).Select(key => s.Succeeded(key))]);
        s.Under.Pass(TimeSpan.FromHours(10));
        await PruneAsync(s);
        Assert.Equal(101, (await s.ListAsync(new JobQuery { Limit = 1000 })).Length);
        s.Under.Pass(TimeSpan.FromHours(20));
        await PruneAsync(s);
        Assert.Empty(await s.ListAsync(new JobQuery()));
    }

    [Fact]
    public async Task Outcome_of_a_job_that_was_pruned_is_a_duplicate()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Succeeded(s.Key(0)));
        s.Under.Pass(TimeSpan.FromDays(3));
        await PruneAsync(s);
        await s.FinishAsync(s.Succeeded(s.Key(0)));
        Assert.Equal(1, s.Under.Duplicates);
        Assert.Null(await s.Store.GetAsync(new JobId(s.Key(0)), default));
    }

    [Fact]
    public async Task Stats_count_what_is_there_without_a_look_at_the_jobs()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        await s.Store.OpenQueueAsync(s.Incarnation, "mail", default);
        await s.InsertAsync([.. Enumerable.Range(0, 6).Select(i => s.Key(i))]);
        await s.FinishAsync(
            s.Outcome(s.Key(0), 1, AttemptOutcome.Failed, JobState.Dead),
            s.Outcome(s.Key(1), 1, AttemptOutcome.Failed, JobState.Dead),
            s.Outcome(s.Key(2), 1, AttemptOutcome.Failed, JobState.Retrying) with { RunAtUnixMs = 1 },
            s.Succeeded(s.Key(3)));
        await s.Store.ReopenAsync(s.Incarnation, new JobId(s.Key(1)), default);

        StoreStats stats = await ((IStoreUpkeep)s.Store).StatsAsync(default);
        Assert.Equal([new QueueCounts("default", 3, 1, 1), new QueueCounts("mail", 0, 0, 0)], stats.Queues);
        Assert.True(stats.Bytes > 0);
        Assert.Equal(SchemaVersion.Own, stats.Schema);
        Assert.Equal(s.Incarnation, Assert.Single(stats.Routers).Incarnation);
    }

    [Fact]
    public async Task Payloads_and_results_of_any_bytes_come_back_as_they_were()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] large = new byte[300_000];
        new Random(5).NextBytes(large);
        Commit commit = s.Commit();
        commit.Inserts.Add(new InsertRows(JobBatch.From([
            new JobRequest { Kind = "echo", Payload = all }, new JobRequest { Kind = "echo", Payload = large }, new JobRequest { Kind = "echo", Payload = default },
        ]), [s.Key(0), s.Key(1), s.Key(2)], 1));
        await s.Store.CommitAsync(commit, default);
        StoredJobs stored = await s.Store.LoadAsync(0, -1, 10, default);
        Assert.Equal(all, stored.Jobs.Payload(0).ToArray());
        Assert.Equal(large, stored.Jobs.Payload(1).ToArray());
        Assert.Empty(stored.Jobs.Payload(2).ToArray());

        await s.FinishAsync(s.Succeeded(s.Key(0)) with { Result = all }, s.Succeeded(s.Key(1)) with { Result = large });
        Assert.Equal(all, (await s.GetAsync(s.Key(0))).Result.ToArray());
        Assert.Equal(large, (await s.GetAsync(s.Key(1))).Result.ToArray());
    }

    [Fact]
    public async Task Error_with_a_zero_or_half_a_character_in_it_fails_no_commit()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        await s.InsertAsync(s.Key(0), s.Key(1));
        string[] errors = ["a zero \0 inside", "half \ud83d of a pair", "'quotes' \"and\" \\ \n lines \u2028", "a whole \ud83d\ude00"];
        for (int i = 0; i < errors.Length; i++)
        {
            Assert.Equal(CommitResult.Done, await s.FinishAsync(
                s.Outcome(s.Key(0), i + 1, AttemptOutcome.Failed, JobState.Retrying, "w\0") with { Error = errors[i], RunAtUnixMs = 1 }));
        }
        await s.FinishAsync(s.Outcome(s.Key(1), 1, AttemptOutcome.Failed, JobState.Dead) with { Error = errors[0] });
        JobInfo job = await s.GetAsync(s.Key(0));
        Assert.Equal(4, job.Attempts.Count);
        Assert.Equal(errors[2..], job.Attempts.Skip(2).Select(attempt => attempt.Error));
        Assert.Contains("inside", (await s.GetAsync(s.Key(1))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_a_listing_show_every_job_once_although_the_clock_was_set_back()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        await s.Store.OpenQueueAsync(s.Incarnation, "other", default);
        long clock = s.Under.NowUnixMs;
        for (int i = 0; i < 40; i++)
        {
            clock += i % 7 == 0 ? -10_000 : 3_000;
            Commit commit = s.Commit();
            long[] keys = [JobKey.Pack(i % 2, i % 3, i / 2)];
            commit.Inserts.Add(new InsertRows(StoreSession.Jobs(keys), keys, clock));
            await s.Store.CommitAsync(commit, default);
        }
        List<string> read = [];
        JobQuery query = new() { Limit = 3 };
        while (await s.Store.ListAsync(query, default) is { Count: > 0 } page)
        {
            read.AddRange(page.Select(job => job.Id.ToString()));
            query = query with { After = page[^1].Id };
        }
        Assert.Equal(40, read.Count);
        Assert.Equal(40, read.Distinct().Count());
    }

    [Fact]
    public async Task Listing_goes_on_behind_a_job_that_is_gone()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        await s.InsertAsync(s.Key(0), s.Key(1));
        await s.FinishAsync(s.Succeeded(s.Key(1)));
        s.Under.Pass(TimeSpan.FromDays(3));
        await s.InsertAsync(s.Key(2));
        await PruneAsync(s);
        Assert.Equal([Id(s.Key(2)), Id(s.Key(0))], await s.ListAsync(new JobQuery()));
        Assert.Equal([Id(s.Key(0))], await s.ListAsync(new JobQuery { After = new JobId(s.Key(1)) }));
    }

    [Fact]
    public async Task Text_is_looked_for_as_it_is_in_upper_and_lower_case_of_any_script()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        string[] sources = ["Album-7", "Übergröße", "100%_[a-z].*'\\", "ИВАН"];
        Commit insert = s.Commit();
        long[] keys = [.. sources.Select((_, i) => s.Key(i))];
        insert.Inserts.Add(new InsertRows(
            JobBatch.From([.. sources.Select(source => new JobRequest { Kind = "echo", Payload = default, Source = source })]), keys, s.Under.NowUnixMs));
        await s.Store.CommitAsync(insert, default);
        foreach ((string text, int found) in new[]
        {
            ("album", 0), ("ALBUM-7", 0), ("üBERGRÖ", 1), ("grÖße", 1), ("%_[", 2), ("a-z].*", 2), ("'\\", 2), ("иван", 3), ("[A-Z]", 2),
        })
        {
            Assert.Equal([Id(keys[found])], await s.ListAsync(new JobQuery { Text = text }));
        }
        foreach (string text in new[] { "%", "_", "'", "\\", ".", "*", "^", "$", "(" })
            Assert.Equal(sources.Count(source => source.Contains(text, StringComparison.Ordinal)), (await s.ListAsync(new JobQuery { Text = text })).Length);
    }

    [Fact]
    public async Task Kind_that_was_first_met_in_a_commit_that_was_rolled_back_is_stored_with_the_next()
    {
        await using StoreSession s = await StoreSession.StartAsync(await OpenAsync());
        await s.Store.FenceAsync(s.Incarnation, default);
        Assert.Equal(CommitResult.Fenced, await s.Store.CommitAsync(Insert(s, s.Incarnation), default));
        long next = await StoreSession.RegisterAsync(s.Under, "r2");
        await s.Store.ClaimAsync(next, default);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(Insert(s, next), default));
        Assert.Equal("never-seen", (await s.GetAsync(s.Key(0))).Kind);

        static Commit Insert(StoreSession s, long incarnation)
        {
            Commit commit = new() { Incarnation = incarnation };
            commit.Inserts.Add(new InsertRows(JobBatch.From([new JobRequest { Kind = "never-seen", Payload = default }]), [s.Key(0)], 1));
            return commit;
        }
    }

    private static string Id(long key) => new JobId(key).ToString();

    /// <summary>Until there is nothing more to prune; how many were.</summary>
    private static async Task<int> PruneAsync(StoreSession s)
    {
        int all = 0, empty = 0;
        while (empty < 2)
        {
            int some = await s.Store.PruneAsync(Keep, default);
            all += some;
            empty = some == 0 ? empty + 1 : 0;
        }
        return all;
    }
}
