using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using ActorBalancer.Tests.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>What simulated schedules of faults found where queues, and words about them, are on their way between routers.</summary>
public sealed class OwnerRaceTests
{
    private const long Mine = 20;
    private const long Former = 10;
    private static readonly long s_key = JobKey.Pack(0, 5, 3);

    private long _report;
    private long _ms = 1_000;

    [Fact]
    [Trait("Rule", "9")]
    public void Outcome_of_a_queue_that_is_not_ours_waits_for_its_owner()
    {
        Dispatcher router = Router();
        router.Claimed([]);
        Hello(router, []);
        Assert.Equal(0, Report(router, Succeeded()));
        // By now an owner that waits for it has told the worker so.
        _ms += 31_000;
        Report(router, Succeeded());
        Assert.NotNull(router.Effects.Commit);
    }

    [Fact]
    [Trait("Rule", "2")]
    public void Outcome_of_another_incarnation_is_dropped_only_with_the_consent_of_the_store()
    {
        Dispatcher router = Router();
        router.Claimed([Row()]);
        Read(router);
        Hello(router, []);
        Assert.Equal(0, Report(router, Succeeded()));
        Assert.NotNull(router.Effects.Commit);
        router.Effects.Clear();
        router.Committed(CommitResult.Done);
        Assert.Equal(1, Report(router));
    }

    [Fact]
    [Trait("Rule", "9")]
    public void Outcome_of_an_awaited_worker_is_not_read_before_its_hello()
    {
        Dispatcher router = Router();
        router.Claimed([]);
        Hello(router, []);
        Report(router);
        router.AwaitWorkers(["w1"], again: true);
        router.Claimed([Row()]);
        Read(router);
        // Its hello got lost, and it took another welcome for the answer.
        Report(router, Succeeded());
        Assert.Null(router.Effects.Commit);
        Hello(router, [new HeldRun(Succeeded().Token, s_key, 1, 1)]);
        Report(router, Succeeded());
        Assert.Equal(s_key, Assert.Single(router.Effects.Commit!.Outcomes).Key);
    }

    [Fact]
    public void Job_that_is_not_due_by_our_clock_is_adopted_from_a_worker_that_runs_it()
    {
        Dispatcher router = Router();
        router.AwaitWorkers(["w1"]);
        router.Claimed([Row() with { Ready = 0, Later = 1 }]);
        Read(router, runAt: _ms + 1_000_000);
        Hello(router, [new HeldRun(Succeeded().Token, s_key, 1, 1)]);
        Assert.Equal(JobState.Running, router.Describe(s_key)!.Value.State);
        Assert.Null(router.Inconsistency());
    }

    [Fact]
    public void Job_that_a_new_hello_does_not_name_any_more_waits_again()
    {
        Dispatcher router = Router();
        router.AwaitWorkers(["w1"]);
        router.Claimed([Row()]);
        Read(router);
        Hello(router, [new HeldRun(Succeeded().Token, s_key, 1, 1)]);
        Assert.Equal(JobState.Running, router.Describe(s_key)!.Value.State);
        Hello(router, []);
        Assert.Equal(JobState.Waiting, router.Describe(s_key)!.Value.State);
        Assert.Null(router.Inconsistency());
    }

    [Fact]
    public async Task Job_under_the_key_of_a_lost_commit_is_not_taken_for_one_of_that_commit()
    {
        var store = new MemoryJobStore(new ManualClock(), TestOptions.Memory, 10);
        long incarnation = (await store.RegisterAsync(StoreSession.Node("r1"), StoreSession.Lease, default)).Incarnation;
        QueueRow queue = (await store.OpenQueueAsync(incarnation, "default", default))!;
        long key = JobKey.Pack(queue.Number, JobKey.DefaultPriority, 0);
        var commit = new Commit { Incarnation = incarnation };
        commit.Inserts.Add(new InsertRows(StoreSession.Jobs(key), [key], 5_000));
        await store.CommitAsync(commit, default);
        foreach ((long at, bool isThere) in new[] { (5_000L, true), (4_000L, false) })
        {
            var submit = new UnknownSubmit(new SubmitAnswer(0, 1, [key], null, null), StoreSession.Jobs(key), false) { AtUnixMs = at };
            Assert.Equal(isThere, (await ReadBack.RowsAsync(store, new UnknownCommit([submit])))[0][0]);
        }
    }

    private Moment Now => new(_ms * Moment.PerMillisecond, _ms);

    private Dispatcher Router() => new(TestOptions.Balancer, Mine, "r1", 1, DispatchLimits.Durable) { Now = Now };

    private static QueueRow Row() => new()
    {
        Number = 0, Name = "default", Owner = Mine, NextSequence = 10, Priorities = 1 << 5, Ready = 1, Horizons = [JobKey.Pack(0, 5, 100)],
    };

    private static FinishedRun Succeeded() => new() { Token = new RunToken(Former, 0, 1), Key = s_key, Outcome = AttemptOutcome.Succeeded, StartedUnixMs = 1, RetryAfterMs = -1 };

    /// <summary>Answers what the router reads until it has read all: one job.</summary>
    private void Read(Dispatcher router, long runAt = 0)
    {
        for (int i = 0; i < 8; i++)
        {
            router.Now = Now;
            router.Flush();
            LoadQuery[] loads = [.. router.Effects.Loads];
            router.Effects.Clear();
            foreach (LoadQuery query in loads)
            {
                bool isIts = query.From == LoadFrom.Keys || (query.From == LoadFrom.Later == runAt > 0 && query.AfterKey < s_key);
                long[] keys = isIts && !query.Except.Contains("work") ? [s_key] : [];
                router.Loaded(query, new StoredJobs
                {
                    Jobs = JobBatch.From([.. keys.Select(_ => VirtualCluster.Job(1))]),
                    Keys = keys,
                    Used = new int[keys.Length],
                    Crashes = new int[keys.Length],
                    Runs = new int[keys.Length],
                    RunAt = [.. keys.Select(_ => runAt)],
                    SubmittedUnixMs = new long[keys.Length],
                });
            }
        }
    }

    private void Hello(Dispatcher router, HeldRun[] held)
    {
        router.Now = Now;
        router.WorkerHello(new WorkerHello
        {
            WorkerIncarnation = 500, Name = "w1", Slots = 1, Weight = 1000, Kinds = ["other"], LifePort = 0, Version = "1", StartedUnixMs = 1, Held = held,
        });
    }

    /// <summary>A full report; what the worker is told of its outcomes, 0 if nothing.</summary>
    private long Report(Dispatcher router, params FinishedRun[] outcomes)
    {
        router.Now = Now;
        router.Effects.Clear();
        router.WorkerReported(new WorkerReport
        {
            WorkerIncarnation = 500, RouterIncarnation = Mine, Number = ++_report, BatchSeen = 0, Credit = 1, FirstOutcome = 1, Outcomes = outcomes, Held = [],
        });
        router.Flush();
        return router.Effects.Sends.Select(s => s.Batch.OutcomesCommitted).DefaultIfEmpty(0).Max();
    }
}
