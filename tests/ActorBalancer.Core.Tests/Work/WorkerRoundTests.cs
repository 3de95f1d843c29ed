using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Work.Given;

namespace ActorBalancer.Core.Tests.Work;

/// <summary>Hellos that name the round of claims they know of, and words of routers that come late or twice.</summary>
public sealed class WorkerRoundTests
{
    private const int OtherRoute = 1;
    private const long Other = 20;

    [Fact]
    [Trait("Rule", "9")]
    public void Welcome_of_a_new_round_is_answered_by_a_hello_that_names_it()
    {
        WorkerCore core = Worker();
        core.RouterFound(Route, At(0));
        core.Effects.Clear();
        core.Welcomed(Route, Welcome() with { Round = 3, HelloSeen = 1 }, At(1));
        WorkerHello hello = Assert.Single(core.Effects.Hellos).Hello;
        Assert.Equal((2, 10, 3), (hello.Number, hello.HeardIncarnation, hello.HeardRound));
        Assert.Empty(core.Effects.Reports);
        // The answer to the first hello, come twice, is not that to the second.
        core.Welcomed(Route, Welcome() with { Round = 3, HelloSeen = 1 }, At(2));
        Assert.Empty(core.Effects.Reports);
        core.Welcomed(Route, Welcome() with { Round = 3, HelloSeen = 2 }, At(3));
        Assert.Equal(10, core.Effects.LastReport().RouterIncarnation);
    }

    [Fact]
    [Trait("Rule", "9")]
    public void Welcome_of_an_earlier_round_that_comes_late_claims_nothing()
    {
        WorkerCore core = Linked();
        core.Welcomed(Route, Welcome() with { Round = 2, HelloSeen = 2, Queues = [0] }, At(2));
        Assert.Empty(core.Effects.Hellos);
        core.RouterFound(OtherRoute, At(3));
        core.Welcomed(OtherRoute, Welcome(Other) with { Round = 1, HelloSeen = 3 }, At(4));
        core.Welcomed(OtherRoute, Welcome(Other) with { Round = 1, HelloSeen = 4 }, At(5));
        core.Effects.Clear();
        // Were the queue the first router's now, this would be handed back.
        core.Assigned(OtherRoute, Batch(1, Jobs(0, 1), router: Other), At(6));
        Assert.Single(core.Effects.Starts);
    }

    [Fact]
    [Trait("Rule", "9")]
    public void Outcome_stays_where_its_job_came_from_until_the_owner_of_its_queue_has_a_link()
    {
        WorkerCore core = Linked();
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(2));
        core.RouterFound(OtherRoute, At(3));
        core.Welcomed(OtherRoute, Welcome(Other) with { Round = 2, HelloSeen = 3, Queues = [0] }, At(4));
        core.EndRun(0, Ok, At(5), out _);
        core.Effects.Clear();
        core.Welcomed(OtherRoute, Welcome(Other) with { Round = 2, HelloSeen = 4, Queues = [0] }, At(6));
        Assert.Equal(Token(0), Assert.Single(core.Effects.Reports.Where(r => r.Route == OtherRoute).SelectMany(r => r.Report.Outcomes)).Token);
    }

    [Fact]
    [Trait("Rule", "8")]
    public void Batch_that_waited_out_a_pause_longer_than_the_contact_lease_starts_nothing()
    {
        WorkerCore core = Welcomed();
        double later = ContactLeaseMs + 1;
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(later));
        Assert.Empty(core.Effects.Starts);
        Assert.Single(core.Effects.Hellos);
    }

    private static double ContactLeaseMs => Options.TestOptions.Worker.ContactLease.TotalMilliseconds;

    /// <summary>The router on <see cref="Route"/> is at round 3, and has answered the hello that says so.</summary>
    private static WorkerCore Linked()
    {
        WorkerCore core = Worker();
        core.RouterFound(Route, At(0));
        core.Welcomed(Route, Welcome() with { Round = 3, HelloSeen = 1 }, At(0));
        core.Welcomed(Route, Welcome() with { Round = 3, HelloSeen = 2 }, At(1));
        core.Effects.Clear();
        return core;
    }
}
