using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Work.Given;

namespace ActorBalancer.Core.Tests.Work;

/// <summary>What simulated schedules of faults found in how workers follow the owners of queues.</summary>
public sealed class WorkerClaimTests
{
    private const int OtherRoute = 1;
    private const long Other = 20;
    private const int Queue = 0;

    [Fact]
    public void Claim_that_comes_late_does_not_outlive_the_owners_answer_to_a_hello()
    {
        WorkerCore core = WelcomedByBoth();
        Claim(core, OtherRoute, Other, 1);
        // The former owner's words, which were on their way for long.
        core.Welcomed(Route, Welcome() with { Queues = [Queue] }, At(2));
        core.Assigned(OtherRoute, Batch(1, Jobs(0, 1), router: Other), At(1_500));
        Assert.Equal(0, core.Running);
        core.Welcomed(OtherRoute, Welcome(Other) with { Queues = [Queue] }, At(1_501));
        core.Assigned(OtherRoute, Batch(2, Jobs(1, 1), router: Other), At(1_502));
        Assert.Equal(1, core.Running);
    }

    [Fact]
    public void Queue_goes_back_to_who_still_claims_it_when_the_newest_claimant_is_lost()
    {
        WorkerCore core = WelcomedByBoth();
        Claim(core, OtherRoute, Other, 1);
        core.Welcomed(Route, Welcome() with { Queues = [Queue] }, At(2));
        core.RouterLost(Route, At(3));
        core.Assigned(OtherRoute, Batch(1, Jobs(0, 1), router: Other), At(4));
        Assert.Equal(1, core.Running);
    }

    [Fact]
    [Trait("Rule", "7")]
    public void Outcomes_keep_their_numbers_when_those_beside_them_go_to_another_router()
    {
        WorkerCore core = WelcomedByBoth();
        AssignedJob stays = Job(1) with { Key = JobKey.Pack(1, 5, 0) };
        core.Assigned(Route, Batch(1, [Job(0), stays]), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.EndRun(1, Ok, At(2), out _);
        core.Effects.Clear();
        Claim(core, OtherRoute, Other, 3);
        Assert.Contains(core.Effects.Reports, r => r.Route == OtherRoute && r.Report.Outcomes.Any(o => o.Token.Slot is 0 or 1));
        core.Effects.Clear();
        core.Tick(At(1_500));
        WorkerReport report = core.Effects.Reports.Single(r => r.Route == Route && r.Report.Held is not null).Report;
        Assert.Equal(1, report.FirstOutcome);
        Assert.Equal(2, report.Outcomes.Length);
        Assert.Single(report.Outcomes, o => o.IsNothing);
        Assert.Equal(stays.Key, report.Outcomes.Single(o => !o.IsNothing).Key);
        // Each number that the router reads is a job that came and went, so it may send as many as before.
        Assert.Equal(2 + 2, report.Credit);
    }

    private static WorkerCore WelcomedByBoth()
    {
        WorkerCore core = Welcomed(slots: 2, with: o => o with { PrefetchJobs = 0 });
        core.RouterFound(OtherRoute, At(0));
        core.Welcomed(OtherRoute, Welcome(Other), At(0));
        core.Effects.Clear();
        return core;
    }

    /// <summary>The claim, which a hello answers, and its answer.</summary>
    private static void Claim(WorkerCore core, int route, long router, double ms)
    {
        core.Welcomed(route, Welcome(router) with { Queues = [Queue] }, At(ms));
        core.Welcomed(route, Welcome(router) with { Queues = [Queue] }, At(ms));
    }
}
