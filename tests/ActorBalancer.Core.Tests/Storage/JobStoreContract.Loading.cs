using System.Text;
using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

// How an owner reads its queues, stream by stream.
public abstract partial class JobStoreContract
{
    [Fact]
    [Trait("Rule", "5")]
    public async Task Ready_stream_is_read_in_key_order_from_behind_a_key_to_before_another()
    {
        await using StoreSession s = await StartAsync();
        long[] keys = [.. Enumerable.Range(0, 600).Select(i => s.Key(i, i * 7 % 10))];
        await s.InsertAsync(keys);
        Array.Sort(keys);
        Assert.Equal(keys, (await s.LoadAsync(LoadFrom.Ready, 1000)).Keys);
        Assert.Equal(keys[..7], (await s.LoadAsync(LoadFrom.Ready, 7)).Keys);
        Assert.Equal(keys[301..303], (await s.LoadAsync(new LoadQuery { Queue = 0, From = LoadFrom.Ready, Limit = 2, AfterKey = keys[300] })).Keys);
        // A priority is a range of keys.
        Assert.Equal(
            keys.Where(key => JobKey.Priority(key) == 4),
            (await s.LoadAsync(new LoadQuery { Queue = 0, From = LoadFrom.Ready, Limit = 999, AfterKey = s.Key(0, 4) - 1, BeforeKey = s.Key(0, 3) })).Keys);
        Assert.Empty((await s.LoadAsync(new LoadQuery { Queue = 0, From = LoadFrom.Ready, Limit = 9, AfterKey = keys[^1] })).Keys);
        Assert.Empty((await s.LoadAsync(LoadFrom.Ready, 0)).Keys);
    }

    [Fact]
    public async Task Streams_hold_their_own_queue_and_no_final_job()
    {
        await using StoreSession s = await StartAsync();
        QueueRow other = (await s.Store.OpenQueueAsync(s.Incarnation, "other", default))!;
        long[] theirs = [JobKey.Pack(other.Number, 9, 0), JobKey.Pack(other.Number, 5, 1), JobKey.Pack(other.Number, 5, 2)];
        await s.InsertAsync([s.Key(0), s.Key(1), s.Key(2), s.Key(3, 0), .. theirs]);
        await s.FinishAsync(s.Succeeded(s.Key(1)), s.Retry(s.Key(2), 9_000), s.Retry(theirs[1], 500), s.Outcome(theirs[0], 1, AttemptOutcome.Failed, JobState.Dead));

        Assert.Equal([s.Key(0), s.Key(3, 0)], (await s.LoadAsync(LoadFrom.Ready)).Keys);
        Assert.Equal([s.Key(2)], (await s.LoadAsync(LoadFrom.Later)).Keys);
        Assert.Equal([theirs[2]], (await s.LoadAsync(LoadFrom.Ready, queue: other.Number)).Keys);
        Assert.Equal([theirs[1]], (await s.LoadAsync(LoadFrom.Later, queue: other.Number)).Keys);
        Assert.Empty((await s.LoadAsync(LoadFrom.Ready, queue: 77)).Keys);
        Assert.Empty((await s.LoadAsync(LoadFrom.Later, queue: 77)).Keys);
    }

    [Fact]
    public async Task Later_stream_goes_by_due_time_then_by_key_and_holds_what_is_due_too()
    {
        await using StoreSession s = await StartAsync();
        long now = s.Under.NowUnixMs;
        long[] keys = [.. Enumerable.Range(0, 40).Select(i => s.Key(i, i % 3))];
        await s.InsertAsync(keys);
        await s.FinishAsync([.. keys.Select((key, i) => s.Retry(key, now + i * 11 % 5 * 1000))]);
        (long At, long Key)[] expected = [.. keys.Select((key, i) => (now + i * 11 % 5 * 1000, key)).Order()];
        s.Under.Pass(TimeSpan.FromSeconds(2.5));

        List<(long At, long Key)> read = [];
        LoadQuery query = new() { Queue = 0, From = LoadFrom.Later, Limit = 7 };
        while (await s.LoadAsync(query) is { Keys.Length: > 0 } page)
        {
            Assert.True(page.Keys.Length <= 7);
            read.AddRange(page.RunAt.Zip(page.Keys));
            query = query with { AfterUnixMs = page.RunAt[^1], AfterKey = page.Keys[^1] };
        }
        Assert.Equal(expected, read);
        Assert.Equal(expected.Where(job => job.At > now + 2000 && job.Key < s.Key(0)).Select(job => job.Key),
            (await s.LoadAsync(new LoadQuery { Queue = 0, From = LoadFrom.Later, Limit = 99, AfterUnixMs = now + 2000, AfterKey = long.MaxValue - 1, BeforeKey = s.Key(0) })).Keys);
    }

    [Theory]
    [InlineData(LoadFrom.Ready)]
    [InlineData(LoadFrom.Later)]
    internal async Task Stream_is_read_for_one_kind_or_for_all_but_some_however_far_apart_they_stand(LoadFrom from)
    {
        await using StoreSession s = await StartAsync();
        const int rare = 500, jobs = 2000;
        string[] kinds = [.. Enumerable.Range(0, jobs).Select(i => i % rare == 3 ? "rare" : i % rare == 4 ? "other" : "common")];
        Commit commit = s.Commit();
        DateTimeOffset? runAt = from == LoadFrom.Later ? DateTimeOffset.FromUnixTimeMilliseconds(s.Under.NowUnixMs).AddHours(1) : null;
        commit.Inserts.Add(new InsertRows(
            JobBatch.From([.. kinds.Select(kind => new JobRequest { Kind = kind, Payload = default, RunAt = runAt })]),
            [.. kinds.Select((_, i) => s.Key(i))], s.Under.NowUnixMs));
        await s.Store.CommitAsync(commit, default);

        LoadQuery query = new() { Queue = 0, From = from, Limit = 3 };
        await IsAsync(query with { Kind = "rare" }, kind => kind == "rare");
        await IsAsync(query with { Except = ["common", "nobody"] }, kind => kind != "common");
        await IsAsync(query with { Except = ["rare", "common"] }, kind => kind == "other");
        await IsAsync(query with { Limit = 700, Except = ["rare"] }, kind => kind != "rare");
        await IsAsync(query with { Except = ["rare", "other", "common"] }, _ => false);
        await IsAsync(query with { Kind = "nobody" }, _ => false);

        async Task IsAsync(LoadQuery which, Func<string, bool> expected)
        {
            List<long> read = [];
            while (await s.LoadAsync(which) is { Keys.Length: > 0 } page)
            {
                Assert.True(page.Keys.Length <= which.Limit);
                read.AddRange(page.Keys);
                which = which with { AfterKey = page.Keys[^1], AfterUnixMs = from == LoadFrom.Later ? page.RunAt[^1] : long.MinValue };
            }
            Assert.Equal(Enumerable.Range(0, jobs).Where(i => expected(kinds[i])).Select(i => s.Key(i)), read);
        }
    }

    [Fact]
    public async Task Chain_of_a_source_is_read_by_key_while_its_jobs_come_go_and_come_back()
    {
        await using StoreSession s = await StartAsync();
        QueueRow plain = (await s.Store.OpenQueueAsync(s.Incarnation, "plain", default))!;
        string?[] sources = ["a", "b", "a", null, "a", "b", "a"];
        Commit commit = s.Commit();
        commit.Inserts.Add(new InsertRows(
            JobBatch.From([.. sources.Select(source => new JobRequest { Kind = "echo", Payload = default, Source = source })]),
            [.. sources.Select((_, i) => s.Key(i))], s.Under.NowUnixMs) { Ordered = [0] });
        commit.Inserts.Add(new InsertRows(
            JobBatch.From([new JobRequest { Kind = "echo", Payload = default, Source = "a" }]), [JobKey.Pack(plain.Number, 5, 0)], s.Under.NowUnixMs));
        await s.Store.CommitAsync(commit, default);

        Assert.Equal([s.Key(0), s.Key(2), s.Key(4), s.Key(6)], await ChainAsync("a"));
        Assert.Equal([s.Key(1), s.Key(5)], await ChainAsync("b"));
        Assert.Empty(await ChainAsync("c"));
        Assert.Equal([s.Key(4)], await ChainAsync("a", after: s.Key(2), limit: 1));
        StoredJobs chain = await s.LoadAsync(new LoadQuery { Queue = 0, From = LoadFrom.Source, Source = "a", Limit = 2 });
        Assert.All(Enumerable.Range(0, 2), i => Assert.Equal("a", chain.Jobs.Source(i)));

        await s.FinishAsync(s.Succeeded(s.Key(0)), s.Retry(s.Key(2), 1), s.Outcome(s.Key(4), 1, AttemptOutcome.Failed, JobState.Dead));
        Assert.Equal([s.Key(6)], await ChainAsync("a"));
        await s.FinishAsync(s.Outcome(s.Key(2), 2, AttemptOutcome.Lost, JobState.Waiting));
        await s.Store.ReopenAsync(s.Incarnation, new JobId(s.Key(4)), default);
        Assert.Equal([s.Key(2), s.Key(4), s.Key(6)], await ChainAsync("a"));

        async Task<long[]> ChainAsync(string source, long after = -1, int limit = 10) =>
            (await s.LoadAsync(new LoadQuery { Queue = 0, From = LoadFrom.Source, Source = source, AfterKey = after, Limit = limit })).Keys;
    }

    [Fact]
    public async Task Single_jobs_are_read_wherever_they_stand_unless_they_are_final_or_unknown()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1), s.Key(2), s.Key(3), s.Key(4, 9));
        await s.FinishAsync(s.Retry(s.Key(1), 5_000), s.Succeeded(s.Key(2)), s.Outcome(s.Key(3), 1, AttemptOutcome.Failed, JobState.Discarded));
        LoadQuery query = new()
        {
            Queue = 0, From = LoadFrom.Keys, Limit = 10,
            Keys = [s.Key(3), s.Key(2), s.Key(1), s.Key(1), s.Key(0), s.Key(4, 9), s.Key(4), s.Key(99), JobKey.Pack(7, 5, 0)],
        };
        StoredJobs found = await s.LoadAsync(query);
        Assert.Equal([s.Key(4, 9), s.Key(0), s.Key(1)], found.Keys);
        Assert.Equal([0L, 0, 5_000], found.RunAt);
        Assert.Equal([0, 0, 1], found.Runs);
        Assert.Equal($"{s.Key(1)}", Encoding.UTF8.GetString(found.Jobs.Payload(2).Span));
        Assert.Empty((await s.LoadAsync(query with { Keys = [] })).Keys);
    }

    [Fact]
    public async Task Queue_row_says_how_many_jobs_stand_where_and_which_priorities_were_used()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1, 9), s.Key(2), s.Key(3, 0), s.Key(4), s.Key(5));
        await s.FinishAsync(
            s.Succeeded(s.Key(0)), s.Outcome(s.Key(1, 9), 1, AttemptOutcome.Failed, JobState.Dead), s.Retry(s.Key(2), 1),
            s.Outcome(s.Key(3, 0), 1, AttemptOutcome.Failed, JobState.Dead), s.Outcome(s.Key(4), 1, AttemptOutcome.Discarded, JobState.Discarded));
        await s.Store.ReopenAsync(s.Incarnation, new JobId(s.Key(3, 0)), default);

        Is(Assert.Single(await s.Store.QueuesAsync(default)));
        await s.Store.ReleaseAsync(s.Incarnation, default);
        long next = await StoreSession.RegisterAsync(s.Under, "r2");
        Is(Assert.Single(await s.Store.ClaimAsync(next, default)));
        Is((await s.Store.OpenQueueAsync(next, "default", default))!);

        static void Is(QueueRow row) =>
            Assert.Equal((2L, 1L, 1L, 1 << 9 | 1 << 5 | 1 << 0, 6L), (row.Ready, row.Later, row.Dead, row.Priorities, row.NextSequence));
    }
}
