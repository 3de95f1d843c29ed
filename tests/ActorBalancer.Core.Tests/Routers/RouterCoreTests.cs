using ActorBalancer.Core.Tests.Dispatch;
using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Tests.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Routers;

/// <summary>A router node's own steps, in the orders in which simulated schedules of faults found them wrong.</summary>
public sealed class RouterCoreTests
{
    private const string Worker = "w1";
    private const string Gateway = "g1";

    private readonly ManualClock _clock = new();
    private readonly MemoryJobStore _store;
    private long _reports;

    public RouterCoreTests() => _store = new MemoryJobStore(_clock, TestOptions.Memory, 10);

    [Fact]
    [Trait("Rule", "9")]
    public void Hello_of_before_a_takeover_does_not_end_the_wait_for_what_the_worker_holds()
    {
        AssignBatch given = GiveAJob(out long former);
        (RouterCore<string> router, ManualShell shell) = Router("r2");
        router.Start();
        // Said before the former owner sent the job, and read now: one before the claim, one after it.
        router.Hello(Hello(3, former, 1), Worker);
        Settle(router, shell);
        router.Hello(Hello(4, former, 1), Worker);
        router.Report(Report(router, credit: 4), Worker);
        Settle(router, shell);
        Assert.DoesNotContain(shell.Assigned, a => a.Batch.Jobs.Length > 0);
        RouterWelcome welcome = shell.Welcomes[^1].Welcome;
        router.Hello(Hello(5, welcome.RouterIncarnation, welcome.Round, Held(given)), Worker);
        Settle(router, shell);
        Assert.Equal(JobState.Running, router.Turn().Describe(given.Jobs[0].Key)!.Value.State);
        Assert.DoesNotContain(shell.Assigned, a => a.Batch.Jobs.Length > 0);
        Assert.Null(router.Dispatcher!.Inconsistency());
    }

    [Fact]
    [Trait("Rule", "9")]
    public void Job_that_nobody_holds_after_a_takeover_goes_once_every_hello_knows_of_it()
    {
        GiveAJob(out _);
        (RouterCore<string> router, ManualShell shell) = Router("r2");
        router.Start();
        Settle(router, shell);
        Introduce(router, shell, from: 3);
        Settle(router, shell);
        Assert.Single(shell.Assigned, a => a.Batch.Jobs.Length > 0);
    }

    [Fact]
    [Trait("Rule", "7")]
    public void Hello_that_comes_late_or_twice_is_answered_and_tells_nothing()
    {
        (RouterCore<string> router, ManualShell shell) = Router("r1");
        router.Start();
        Settle(router, shell);
        Introduce(router, shell, from: 1);
        int hellos = shell.Hellos, welcomes = shell.Welcomes.Count;
        router.Hello(Hello(2, 0, 0), Worker);
        router.Hello(Hello(1, 0, 0), Worker);
        Assert.Equal((hellos, welcomes + 2), (shell.Hellos, shell.Welcomes.Count));
        Assert.Equal(2, shell.Welcomes[^1].Welcome.HelloSeen);
    }

    [Fact]
    public void End_is_told_of_a_job_that_was_over_when_its_queue_became_ours()
    {
        AssignBatch given = GiveAJob(out _, ends: true);
        long key = given.Jobs[0].Key;
        (RouterCore<string> router, ManualShell shell) = Router("r2");
        router.Start();
        foreach (string what in new[] { "register", "routers", "queues" })
            shell.Answer(what);
        // Nothing falls to it at first, so the watch that comes now is of a job that is not its own.
        shell.Answer("claim", Array.Empty<QueueRow>());
        router.Watch(Gateway, ticket: 7, [key]);
        _clock.Pass(TimeSpan.FromSeconds(1));
        router.Flush();
        while (router.Dispatcher is { } d && !d.Owns(key))
        {
            foreach (string what in shell.Pending.Where(p => p != "get").ToArray())
                shell.Answer(what);
            router.Flush();
        }
        shell.Answer("get");
        FinishedJob end = Assert.Single(shell.Ends);
        Assert.Equal((7, key, JobState.Succeeded), (end.Ticket, end.Key, end.State));
    }

    [Fact]
    public void Gateway_that_is_gone_hears_nothing_of_owners()
    {
        (RouterCore<string> router, ManualShell shell) = Router("r1");
        router.WatchOwners(Gateway);
        Assert.Equal([Gateway], shell.OwnersTold);
        router.GatewayGone(Gateway);
        router.Start();
        Settle(router, shell);
        Assert.Equal([Gateway], shell.OwnersTold);
    }

    /// <summary>An earlier router gives the worker one job, and stops in good order.</summary>
    private AssignBatch GiveAJob(out long incarnation, bool ends = false)
    {
        (RouterCore<string> router, ManualShell shell) = Router("r1");
        router.Start();
        Settle(router, shell);
        Introduce(router, shell, from: 1);
        router.Submit(Gateway, 1, JobBatch.From([VirtualCluster.Job(1)]), notify: false);
        Settle(router, shell);
        AssignBatch given = Assert.Single(shell.Assigned, a => a.Batch.Jobs.Length > 0).Batch;
        if (ends)
        {
            var outcome = new FinishedRun { Token = Held(given).Token, Key = given.Jobs[0].Key, Outcome = AttemptOutcome.Succeeded, StartedUnixMs = 1, RetryAfterMs = -1 };
            router.Report(Report(router, credit: 5, seen: given.Number, outcome), Worker);
            Settle(router, shell);
        }
        incarnation = router.Dispatcher!.Incarnation;
        bool released = false;
        router.Release(() => released = true);
        shell.Answer("release");
        Assert.True(released);
        _reports = 0;
        return given;
    }

    private (RouterCore<string> Router, ManualShell Shell) Router(string name)
    {
        var shell = new ManualShell(_store, _clock);
        return (new RouterCore<string>(
            new RouterSetup { Options = TestOptions.Balancer, Limits = DispatchLimits.Durable, Node = new NodeRow(name, "node of " + name, 1), Process = 1, Seed = 1 }, shell), shell);
    }

    /// <summary>Ends turns and lets the store answer until there is nothing more to do at this moment.</summary>
    private static void Settle(RouterCore<string> router, ManualShell shell)
    {
        router.Flush();
        while (shell.Pending.FirstOrDefault() is { } what)
        {
            shell.Answer(what);
            router.Flush();
        }
    }

    /// <summary>The worker says hello, once more when it has heard the round, and grants its slots.</summary>
    private void Introduce(RouterCore<string> router, ManualShell shell, long from)
    {
        router.Hello(Hello(from, 0, 0), Worker);
        RouterWelcome welcome = shell.Welcomes[^1].Welcome;
        router.Hello(Hello(from + 1, welcome.RouterIncarnation, welcome.Round), Worker);
        router.Report(Report(router, credit: 4), Worker);
    }

    private static HeldRun Held(AssignBatch batch) =>
        new(new RunToken(batch.RouterIncarnation, batch.Jobs[0].Slot, batch.Jobs[0].Generation), batch.Jobs[0].Key, batch.Jobs[0].Attempt, 1);

    private static WorkerHello Hello(long number, long incarnation, long round, params HeldRun[] held) => new()
    {
        WorkerIncarnation = 500, Name = Worker, Slots = 4, Weight = 4000, Kinds = ["work"], LifePort = 0, Version = "1", StartedUnixMs = 1,
        Number = number, HeardIncarnation = incarnation, HeardRound = round, Held = held,
    };

    private WorkerReport Report(RouterCore<string> router, long credit, long seen = 0, params FinishedRun[] outcomes) => new()
    {
        WorkerIncarnation = 500, RouterIncarnation = router.Dispatcher!.Incarnation, Number = ++_reports, BatchSeen = seen, Credit = credit, FirstOutcome = 1, Outcomes = outcomes, Held = [],
    };
}
