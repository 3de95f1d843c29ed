using ActorBalancer.Options;
using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

public sealed class MemoryJobStoreTests : JobStoreContract
{
    private protected override Task<StoreUnderTest> OpenAsync() => Task.FromResult<StoreUnderTest>(new Memory(1_000_000, 1L << 30));

    [Fact]
    public async Task Every_call_completes_at_once()
    {
        await using Memory under = new(10, 10);
        Task<Registration> registering = under.Store.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default).AsTask();
        Assert.True(registering.IsCompletedSuccessfully);
        await using StoreSession s = new(under, (await registering).Incarnation, new QueueRow { Number = 0, Name = "default" });
        Assert.True(s.Store.OpenQueueAsync(s.Incarnation, "default", default).AsTask().IsCompletedSuccessfully);
        Assert.True(s.Store.ClaimAsync(s.Incarnation, default).AsTask().IsCompletedSuccessfully);
        Assert.True(s.Store.CommitAsync(s.Insert(s.Key(0)), default).AsTask().IsCompletedSuccessfully);
        Assert.True(s.Store.LoadAsync(0, -1, 10, default).AsTask().IsCompletedSuccessfully);
        Assert.True(s.Store.GetAsync(new JobId(s.Key(0)), default).AsTask().IsCompletedSuccessfully);
        Assert.True(s.Store.ListAsync(new JobQuery(), default).AsTask().IsCompletedSuccessfully);
        Assert.True(s.Store.RenewAsync(s.Incarnation, StoreSession.Lease, default).AsTask().IsCompletedSuccessfully);
        Assert.True(s.Store.ReleaseAsync(s.Incarnation, default).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Oldest_finished_jobs_are_forgotten_when_there_are_too_many()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(keepFinished: 3, keepResultBytes: 1000));
        await s.InsertAsync([.. Enumerable.Range(0, 6).Select(i => s.Key(i))]);
        OutcomeRow dead = s.Outcome(s.Key(0), 1, AttemptOutcome.Failed, JobState.Dead);
        OutcomeRow[] ends = [s.Succeeded(s.Key(4)), dead, s.Succeeded(s.Key(1)), s.Succeeded(s.Key(2)), s.Succeeded(s.Key(5))];
        foreach (OutcomeRow row in ends)
        {
            await s.FinishAsync(row);
            s.Under.Pass(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal(Ids(s, 5, 3, 2, 1), await s.ListAsync(new JobQuery()));
        Assert.Null(await s.Store.GetAsync(new JobId(s.Key(0)), default));
        Assert.Equal([s.Key(3)], await s.KeysAsync());
    }

    [Fact]
    public async Task Oldest_finished_jobs_are_forgotten_when_their_results_are_too_large()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(keepFinished: 100, keepResultBytes: 10));
        await s.InsertAsync([.. Enumerable.Range(0, 4).Select(i => s.Key(i))]);
        await s.FinishAsync(s.Succeeded(s.Key(0), "1234567890"));
        Assert.Equal(Ids(s, 3, 2, 1, 0), await s.ListAsync(new JobQuery()));
        await s.FinishAsync(s.Succeeded(s.Key(1), "12345"), s.Succeeded(s.Key(2), "12345"));
        Assert.Equal(Ids(s, 3, 2, 1), await s.ListAsync(new JobQuery()));
        await s.FinishAsync(s.Succeeded(s.Key(3), "12345678901"));
        Assert.Empty(await s.ListAsync(new JobQuery()));
    }

    [Fact]
    public async Task Oldest_payloads_are_given_up_when_they_are_too_large_and_their_jobs_stay_to_be_read_about()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(keepFinished: 100, keepResultBytes: 10));
        // The payload of a job is its key in digits: five, for the first ones of the highest priority.
        long[] keys = [.. Enumerable.Range(0, 4).Select(i => s.Key(10_000 + i, JobKey.HighestPriority))];
        await s.InsertAsync(keys);
        await s.FinishAsync(s.Outcome(keys[0], 1, AttemptOutcome.Failed, JobState.Dead));
        s.Under.Pass(TimeSpan.FromMilliseconds(1));
        await s.FinishAsync(s.Outcome(keys[1], 1, AttemptOutcome.Discarded, JobState.Discarded), s.Succeeded(keys[2]));
        s.Under.Pass(TimeSpan.FromMilliseconds(1));
        await s.FinishAsync(s.Outcome(keys[3], 1, AttemptOutcome.Failed, JobState.Dead));

        Assert.Equal(new Reopening(ReopenResult.PayloadGone, JobState.Dead), await Reopen(keys[0]));
        Assert.Equal((JobState.Dead, 1), ((await s.GetAsync(keys[0])).State, (await s.GetAsync(keys[0])).Attempts.Count));
        Assert.Equal(ReopenResult.Done, (await Reopen(keys[1])).Result);
        Assert.Equal(ReopenResult.Done, (await Reopen(keys[3])).Result);
        // What was reopened is not counted any more, so there is room again.
        await s.FinishAsync(s.Outcome(keys[1], 2, AttemptOutcome.Discarded, JobState.Discarded), s.Outcome(keys[3], 2, AttemptOutcome.Failed, JobState.Dead));
        Assert.Equal(ReopenResult.Done, (await Reopen(keys[3])).Result);
        Assert.Equal(ReopenResult.Done, (await Reopen(keys[1])).Result);

        async Task<Reopening> Reopen(long key) => await s.Store.ReopenAsync(s.Incarnation, new JobId(key), default);
    }

    [Fact]
    public async Task Reopened_job_is_not_forgotten_with_those_that_finished_when_it_first_did()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(keepFinished: 2, keepResultBytes: 1000));
        await s.InsertAsync([.. Enumerable.Range(0, 5).Select(i => s.Key(i))]);
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Failed, JobState.Dead));
        Assert.Equal(ReopenResult.Done, (await s.Store.ReopenAsync(s.Incarnation, new JobId(s.Key(0)), default)).Result);
        s.Under.Pass(TimeSpan.FromDays(31));
        await s.FinishAsync(s.Succeeded(s.Key(1)), s.Succeeded(s.Key(2)), s.Succeeded(s.Key(3)));
        Assert.Equal(Ids(s, 4, 3, 2, 0), await s.ListAsync(new JobQuery()));
        Assert.Equal([s.Key(0), s.Key(4)], await s.KeysAsync());
        await s.FinishAsync(s.Outcome(s.Key(0), 2, AttemptOutcome.Failed, JobState.Dead));
        Assert.Equal(Ids(s, 4, 3, 0), await s.ListAsync(new JobQuery()));
    }

    [Fact]
    public async Task Succeeded_jobs_are_kept_for_a_day_and_dead_ones_for_thirty()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(100, 1000));
        await s.InsertAsync(s.Key(0), s.Key(1));
        await s.FinishAsync(s.Outcome(s.Key(0), 1, AttemptOutcome.Failed, JobState.Dead), s.Succeeded(s.Key(1)));
        (TimeSpan Wait, string[] Left)[] steps =
        [
            (TimeSpan.FromHours(24), Ids(s, 1, 0)),
            (TimeSpan.FromMilliseconds(1), Ids(s, 0)),
            (TimeSpan.FromDays(29) - TimeSpan.FromMilliseconds(1), Ids(s, 0)),
            (TimeSpan.FromMilliseconds(1), []),
        ];
        foreach ((TimeSpan wait, string[] left) in steps)
        {
            s.Under.Pass(wait);
            Assert.True(await s.Store.RenewAsync(s.Incarnation, StoreSession.Lease, default));
            Assert.Equal(left, await s.ListAsync(new JobQuery()));
        }
    }

    [Fact]
    public async Task Outcome_of_a_forgotten_job_is_a_duplicate()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(keepFinished: 0, keepResultBytes: 0));
        await s.InsertAsync(s.Key(0));
        await s.FinishAsync(s.Succeeded(s.Key(0)));
        await s.FinishAsync(s.Succeeded(s.Key(0)));
        Assert.Equal(1, s.Under.Duplicates);
    }

    [Fact]
    public async Task Payloads_are_freed_with_the_last_job_of_their_batch()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(100, 1000));
        WeakReference payloads = InsertTwo(s);
        Assert.Equal(CommitResult.Done, await s.FinishAsync(s.Succeeded(s.Key(0))));
        Collect();
        Assert.True(payloads.IsAlive);
        await s.FinishAsync(s.Outcome(s.Key(1), 0, AttemptOutcome.None, JobState.Cancelled, ""));
        Assert.True(IsGone(payloads));
        Assert.Equal(("echo", JobState.Succeeded), ((await s.GetAsync(s.Key(0))).Kind, (await s.GetAsync(s.Key(0))).State));

        static WeakReference InsertTwo(StoreSession s)
        {
            Commit commit = s.Insert(s.Key(0), s.Key(1));
            Assert.True(s.Store.CommitAsync(commit, default).AsTask().IsCompletedSuccessfully);
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(commit.Inserts[0].Jobs.Blob, out ArraySegment<byte> blob));
            return new WeakReference(blob.Array);
        }
    }

    private static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);

    /// <summary>A collection that runs beside others, or a stack that still shows the object, may miss it once; what is held is there after all of them.</summary>
    private static bool IsGone(WeakReference thing)
    {
        for (int i = 0; i < 50 && thing.IsAlive; i++)
        {
            Collect();
            GC.WaitForPendingFinalizers();
        }
        return !thing.IsAlive;
    }

    [Fact]
    public async Task Small_result_does_not_keep_the_report_that_brought_it()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(100, 1000));
        await s.InsertAsync(s.Key(0));
        WeakReference report = Finish(s);
        Assert.True(IsGone(report));
        Assert.Equal(10, (await s.GetAsync(s.Key(0))).Result.Length);

        static WeakReference Finish(StoreSession s)
        {
            byte[] bytes = new byte[100_000];
            Commit commit = s.Commit();
            commit.Outcomes.Add(s.Succeeded(s.Key(0)) with { Result = bytes.AsMemory(50, 10) });
            Assert.True(s.Store.CommitAsync(commit, default).AsTask().IsCompletedSuccessfully);
            return new WeakReference(bytes);
        }
    }

    [Fact]
    public async Task Old_job_that_stays_is_found_after_millions_have_come_and_gone()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(keepFinished: 100, keepResultBytes: 0));
        await s.InsertAsync(s.Key(0), s.Key(1, 9));
        JobBatch jobs = StoreSession.Jobs([.. Enumerable.Repeat(s.Key(0), 500)]);
        const int last = 1_000_002;
        for (long at = 2; at < last; at += 500)
        {
            long[] keys = [.. Enumerable.Range(0, 500).Select(i => s.Key(at + i))];
            Commit commit = s.Commit();
            commit.Inserts.Add(new InsertRows(jobs, keys, s.Under.NowUnixMs));
            commit.Outcomes.AddRange(keys.Select(key => s.Succeeded(key)));
            await s.Store.CommitAsync(commit, default);
        }
        Assert.Equal([s.Key(1, 9), s.Key(0)], await s.KeysAsync());
        Assert.Equal(102, (await s.ListAsync(new JobQuery { Limit = 1000 })).Length);
        Assert.Equal(last, Assert.Single(await s.Store.ClaimAsync(s.Incarnation, default)).NextSequence);
    }

    [Fact]
    public async Task Pages_of_a_listing_show_every_job_once_although_the_clock_was_set_back()
    {
        Memory under = new(100, 100);
        await using StoreSession s = await StoreSession.StartAsync(under);
        await s.Store.OpenQueueAsync(s.Incarnation, "other", default);
        for (int i = 0; i < 40; i++)
        {
            await s.InsertAsync(JobKey.Pack(i % 2, 5, i / 2));
            if (i % 7 == 0)
                under.Clock.SetBack(TimeSpan.FromSeconds(10));
            else
                under.Pass(TimeSpan.FromSeconds(3));
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
    public async Task Sequence_far_from_all_others_is_a_bug_and_not_a_huge_table()
    {
        await using StoreSession s = await StoreSession.StartAsync(new Memory(100, 100));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await s.Store.CommitAsync(s.Insert(s.Key(1L << 40)), default));
    }

    [Fact]
    public void Outcomes_that_the_store_takes_are_those_of_the_list_of_transitions()
    {
        // The store judges an outcome by its state alone. That holds while every state that can be stored leads there, by
        // steps that are not stored: a time that comes and an assignment.
        foreach (JobState stored in new[] { JobState.Waiting, JobState.Scheduled, JobState.Retrying })
        {
            Assert.True(stored == JobState.Waiting || JobTransitions.IsLegal(stored, JobState.Waiting));
            foreach (JobTransition step in JobTransitions.All.Where(step => step.From == stored))
                Assert.True(step.To is JobState.Running or JobState.Waiting || JobTransitions.IsLegal(JobState.Running, step.To));
        }
    }

    private static string[] Ids(StoreSession s, params int[] sequences) => [.. sequences.Select(i => new JobId(s.Key(i)).ToString())];

    private sealed class Memory(int keepFinished, long keepResultBytes) : StoreUnderTest
    {
        private readonly ManualClock _clock = new();
        private MemoryJobStore? _store;

        public ManualClock Clock => _clock;

        public override MemoryJobStore Store => _store ??= new(
            _clock,
            new MemoryOptions { MaxWaiting = int.MaxValue, KeepFinished = keepFinished, KeepResultBytes = keepResultBytes },
            maxQueues: 1000);

        public override long NowUnixMs => _clock.UnixMs;

        public override long Duplicates => Store.DuplicateOutcomes;

        public override void Pass(TimeSpan time) => _clock.Pass(time);

        public override ValueTask DisposeAsync() => Store.DisposeAsync();
    }
}
