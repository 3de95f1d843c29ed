using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Work.Given;

namespace ActorBalancer.Core.Tests.Work;

/// <summary>Two routers; queues, and with them the jobs that run here, go from one to the other.</summary>
public sealed class WorkerOwnerTests
{
    // The router on Given.Route is incarnation 10; this is the other one.
    private const int OtherRoute = 1;
    private const long Other = 20;

    // Jobs of Given are in queue 0.
    private const int Queue = 0;

    private static WorkerCore WelcomedByBoth(int slots = 2)
    {
        WorkerCore core = Welcomed(slots);
        core.RouterFound(OtherRoute, At(0));
        core.Welcomed(OtherRoute, Welcome(Other), At(0));
        core.Effects.Clear();
        return core;
    }

    private static RouterWelcome Taking(long router, params int[] queues) => Welcome(router) with { Queues = queues };

    [Fact]
    public void Takeover_is_answered_by_a_hello_at_once_that_names_what_the_former_owner_sent()
    {
        WorkerCore core = WelcomedByBoth();
        core.Assigned(Route, Batch(1, Jobs(0, 3)), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.RouterLost(Route, At(3));
        core.Effects.Clear();
        // Not a second after the last hello.
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(4));
        (int route, WorkerHello hello) = Assert.Single(core.Effects.Hellos);
        Assert.Equal(OtherRoute, route);
        Assert.Equal([0, 1, 2], hello.Held.Select(h => h.Token.Slot).Order());
        core.Effects.Clear();
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(5));
        // The same again is the answer, and no news.
        Assert.Empty(core.Effects.Hellos);
    }

    [Fact]
    [Trait("Rule", "9")]
    public void Outcomes_of_adopted_runs_go_to_the_successor_also_those_that_ended_before()
    {
        WorkerCore core = WelcomedByBoth();
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.RouterLost(Route, At(3));
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(4));
        core.EndRun(1, Ok, At(5), out _);
        core.Effects.Clear();
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(6));
        Assert.All(core.Effects.Reports, r => Assert.Equal((OtherRoute, Other), (r.Route, r.Report.RouterIncarnation)));
        Assert.Equal([Token(1), Token(0)], core.Effects.Outcomes().Select(o => o.Run.Token));
        // Stored there, they are forgotten here.
        core.Assigned(OtherRoute, Word(router: Other, committed: 2), At(7));
        core.Effects.Clear();
        core.Tick(At(2000));
        Assert.Empty(core.Effects.Outcomes());
    }

    [Fact]
    public void Credit_for_the_successor_counts_what_it_reads_of_its_predecessor()
    {
        WorkerCore core = WelcomedByBoth(slots: 2);
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.EndRun(1, Ok, At(2), out _);
        core.RouterLost(Route, At(3));
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(4));
        core.Effects.Clear();
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(5));
        // Two outcomes to read, and room for two jobs.
        Assert.Equal(4, core.Effects.LastReport().Credit);
    }

    [Fact]
    public void Batch_of_a_former_owner_that_comes_late_is_not_run()
    {
        WorkerCore core = WelcomedByBoth();
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(1));
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(2));
        core.Effects.Clear();
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(2500));
        Assert.Empty(core.Effects.Starts);
        // Should it own the queue after all, its answer to the hello says so.
        Assert.Equal(Route, Assert.Single(core.Effects.Hellos).Route);
        core.Welcomed(Route, Taking(10, Queue), At(2501));
        Assert.Equal([AttemptOutcome.Released], core.Effects.Outcomes().Where(o => o.Run.Token == Token(0)).Select(o => o.Run.Outcome));
        core.Effects.Clear();
        core.Assigned(Route, Batch(2, [Job(1)]), At(2502));
        Assert.Single(core.Effects.Starts);
    }

    [Fact]
    public void Queue_that_a_router_gives_up_goes_back_to_who_still_claims_it()
    {
        WorkerCore core = WelcomedByBoth();
        core.RouterFound(Route, At(1));
        core.Welcomed(Route, Taking(10, Queue), At(1));
        // Word of before a pause: the other one owned the queue then, and has registered anew since, with nothing.
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(2));
        core.Welcomed(OtherRoute, Taking(Other, Queue), At(3));
        core.RouterFound(OtherRoute, At(4));
        core.Welcomed(OtherRoute, Taking(Other + 10), At(5));
        core.Effects.Clear();
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(6));
        Assert.Single(core.Effects.Starts);
        core.EndRun(0, Ok, At(7), out _);
        Assert.Equal(Route, Assert.Single(core.Effects.Reports).Route);
    }

    [Fact]
    public void Queue_that_nobody_claims_is_whoevers_who_sends_its_jobs()
    {
        WorkerCore core = WelcomedByBoth();
        core.Assigned(OtherRoute, Batch(1, Jobs(0, 1), router: Other), At(1));
        core.EndRun(0, Ok, At(2), out _);
        Assert.Equal([OtherRoute], core.Effects.Reports.Where(r => r.Report.Outcomes.Length > 0).Select(r => r.Route));
    }
}
