using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

// Idempotency keys, and outcomes that come too late.
public abstract partial class JobStoreContract
{
    [Fact]
    public async Task Outcomes_of_jobs_that_are_final_or_unknown_are_named()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1), s.Key(2));
        await s.FinishAsync(s.Succeeded(s.Key(0)));
        Commit commit = s.Commit();
        commit.Missing.Add(s.Key(77));
        commit.Outcomes.AddRange([
            s.Outcome(s.Key(0), 2, AttemptOutcome.Lost, JobState.Waiting), s.Succeeded(s.Key(1)), s.Succeeded(s.Key(1)), s.Retry(s.Key(9), 1), s.Retry(s.Key(2), 1),
        ]);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Equal([s.Key(0), s.Key(1), s.Key(9)], commit.Missing);
        Assert.Equal(JobState.Succeeded, (await s.GetAsync(s.Key(0))).State);

        Commit none = s.Commit();
        none.Outcomes.Add(s.Succeeded(s.Key(2), attempt: 2));
        await s.Store.CommitAsync(none, default);
        Assert.Empty(none.Missing);
    }

    [Fact]
    public async Task Job_with_a_known_key_is_not_inserted_and_the_earlier_one_is_named()
    {
        await using StoreSession s = await StartAsync();
        Assert.Empty(await KeyedAsync(s, (0, "order-7", 1), (1, null, 0), (2, "order-8", 1)));
        Assert.Equal(
            [new KnownKey(s.Key(3), s.Key(0), true), new KnownKey(s.Key(5), s.Key(2), false)],
            await KeyedAsync(s, (3, "order-7", 1), (4, "order-9", 1), (5, "order-8", 2), (6, null, 0)));
        Assert.Equal([s.Key(0), s.Key(1), s.Key(2), s.Key(4), s.Key(6)], await s.KeysAsync());
        // As long as the key lives, whatever became of the job.
        await s.FinishAsync(s.Succeeded(s.Key(0)));
        Assert.Equal([new KnownKey(s.Key(7), s.Key(0), true)], await KeyedAsync(s, (7, "order-7", 1)));
        Assert.Equal(4L, Assert.Single(await s.Store.QueuesAsync(default)).Ready);
    }

    [Fact]
    public async Task First_of_many_rows_with_one_key_in_a_commit_wins()
    {
        await using StoreSession s = await StartAsync();
        Commit commit = s.Commit();
        commit.Inserts.Add(Keyed(s, (0, "a", 1), (1, "a", 1), (2, "a", 2), (-1, "a", 9)));
        commit.Inserts.Add(Keyed(s, (3, "a", 1), (4, "A", 1)));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Equal([new KnownKey(s.Key(1), s.Key(0), true), new KnownKey(s.Key(2), s.Key(0), false), new KnownKey(s.Key(3), s.Key(0), true)], commit.Known);
        Assert.Equal([s.Key(0), s.Key(4)], await s.KeysAsync());
    }

    [Fact]
    public async Task Hundred_submits_of_one_key_make_one_job()
    {
        await using StoreSession s = await StartAsync();
        KnownKey[][] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => KeyedAsync(s, (i, "one", 5)))));
        long made = Assert.Single(await s.KeysAsync());
        Assert.Equal(99, answers.Sum(known => known.Length));
        Assert.All(answers.SelectMany(known => known), known => Assert.Equal((made, true), (known.Existing, known.IsSame)));
    }

    [Fact]
    public async Task Key_of_one_queue_says_nothing_in_another()
    {
        await using StoreSession s = await StartAsync();
        QueueRow other = (await s.Store.OpenQueueAsync(s.Incarnation, "other", default))!;
        Assert.Empty(await KeyedAsync(s, (0, "a", 1)));
        Commit commit = s.Commit();
        commit.Inserts.Add(Keyed(s, (1, "a", 2)) with { Keys = [JobKey.Pack(other.Number, 5, 0)] });
        await s.Store.CommitAsync(commit, default);
        Assert.Empty(commit.Known);
        Assert.Single((await s.LoadAsync(LoadFrom.Ready, queue: other.Number)).Keys);
    }

    [Fact]
    public async Task Key_lives_for_a_day_and_is_free_again_then_pruned_or_not()
    {
        await using StoreSession s = await StartAsync();
        await KeyedAsync(s, (0, "a", 1), (1, "b", 1));
        s.Under.Pass(InsertRows.KeyLife - TimeSpan.FromMilliseconds(1));
        await PruneKeysAsync(s);
        Assert.Equal([new KnownKey(s.Key(2), s.Key(0), false)], await KeyedAsync(s, (2, "a", 2)));
        s.Under.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Empty(await KeyedAsync(s, (3, "a", 3)));
        await PruneKeysAsync(s);
        // The new life of one key, and the end of the other.
        Assert.Equal([new KnownKey(s.Key(4), s.Key(3), true)], await KeyedAsync(s, (4, "a", 3), (5, "b", 2)));
        s.Under.Pass(InsertRows.KeyLife);
        await PruneKeysAsync(s);
        Assert.Empty(await KeyedAsync(s, (6, "a", 4), (7, "b", 4)));
    }

    [Fact]
    public async Task Batch_of_all_or_none_with_one_key_reused_inserts_none_and_takes_no_key()
    {
        await using StoreSession s = await StartAsync();
        await KeyedAsync(s, (0, "a", 1));
        Commit commit = s.Commit();
        commit.Inserts.Add(Keyed(s, BatchRule.AllOrNone, (1, "b", 1), (2, null, 0), (3, "a", 1), (4, "a", 2)));
        commit.Inserts.Add(Keyed(s, (5, "b", 9)));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Equal([new KnownKey(s.Key(3), s.Key(0), true), new KnownKey(s.Key(4), s.Key(0), false)], commit.Known);
        Assert.Equal([s.Key(0), s.Key(5)], await s.KeysAsync());

        Commit same = s.Commit();
        same.Inserts.Add(Keyed(s, BatchRule.AllOrNone, (6, "a", 1), (7, null, 0)));
        await s.Store.CommitAsync(same, default);
        Assert.Equal([new KnownKey(s.Key(6), s.Key(0), true)], same.Known);
        Assert.Equal([s.Key(0), s.Key(5), s.Key(7)], await s.KeysAsync());
    }

    [Fact]
    public async Task Commit_that_comes_again_changes_nothing_and_knows_none_of_its_own_keys()
    {
        await using StoreSession s = await StartAsync();
        await KeyedAsync(s, (0, "a", 1), (1, "b", 1));
        Assert.Empty(await KeyedAsync(s, (0, "a", 1), (1, "b", 1)));
        Assert.Equal([s.Key(0), s.Key(1)], await s.KeysAsync());
    }

    [Fact]
    public async Task Fenced_commit_takes_no_key()
    {
        await using StoreSession s = await StartAsync();
        await s.Store.FenceAsync(s.Incarnation, default);
        Commit commit = s.Commit();
        commit.Inserts.Add(Keyed(s, (0, "a", 1)));
        Assert.Equal(CommitResult.Fenced, await s.Store.CommitAsync(commit, default));
        long next = await StoreSession.RegisterAsync(s.Under, "r2");
        await s.Store.ClaimAsync(next, default);
        Commit again = new() { Incarnation = next };
        again.Inserts.Add(Keyed(s, (1, "a", 2)));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(again, default));
        Assert.Empty(again.Known);
        Assert.Equal([s.Key(1)], await s.KeysAsync());
    }

    private static async Task<KnownKey[]> KeyedAsync(StoreSession s, params (long Sequence, string? Key, int Body)[] rows)
    {
        Commit commit = s.Commit();
        commit.Inserts.Add(Keyed(s, rows));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        return [.. commit.Known];
    }

    private static InsertRows Keyed(StoreSession s, params (long Sequence, string? Key, int Body)[] rows) => Keyed(s, BatchRule.RowByRow, rows);

    private static InsertRows Keyed(StoreSession s, BatchRule rule, params (long Sequence, string? Key, int Body)[] rows) => new(
        JobBatch.From([.. rows.Select(row => new JobRequest { Kind = "echo", Payload = new byte[row.Body], Key = row.Key })], rule),
        [.. rows.Select(row => row.Sequence < 0 ? -1 : s.Key(row.Sequence))], s.Under.NowUnixMs);

    /// <summary>As its owner does now and then; what it keeps alive is a lease.</summary>
    private static async Task PruneKeysAsync(StoreSession s)
    {
        await s.Store.RenewAsync(s.Incarnation, StoreSession.Lease, default);
        await s.Store.PruneAsync(new Retention(TimeSpan.FromDays(9), TimeSpan.FromDays(9)), default);
    }
}
