using ActorBalancer.Ownership;
using ActorBalancer.Storage;
using static ActorBalancer.Ownership.TakeoverCore;

namespace ActorBalancer.Core.Tests.Ownership;

public sealed class TakeoverCoreTests
{
    private const long Me = 10;
    private const long Other = 20;

    private static Moment At(double seconds) => new((long)(seconds * Moment.PerSecond), 0);

    private static RouterRow Row(string name, long incarnation, double leaseLeft = 5) =>
        new(new NodeRow(name, $"akka.tcp://actorbalancer@{name}:1", 1), incarnation, TimeSpan.FromSeconds(leaseLeft));

    private static QueueRow Queue(int number, string name, long owner) => new() { Number = number, Name = name, Owner = owner };

    private static TakeoverCore Registered()
    {
        TakeoverCore core = new("a");
        core.Registered(Me);
        return core;
    }

    private static TakeoverCore Claimed(params RouterRow[] others)
    {
        TakeoverCore core = Registered();
        Assert.Equal(Step.Look, core.Wanted(At(0)).Step);
        Assert.Equal(Step.Claim, core.Looked([Row("a", Me), .. others], [], At(0)).Step);
        core.Claimed();
        return core;
    }

    [Fact]
    public void New_router_claims_at_once_what_falls_to_it_and_then_looks_every_second()
    {
        TakeoverCore core = Claimed();
        Assert.Equal(Step.None, core.Wanted(At(0.9)).Step);
        Assert.Equal(1 * Moment.PerSecond, core.WakeAtMicros);
        Assert.Equal(Step.Look, core.Wanted(At(1)).Step);
        // One question is out at a time.
        Assert.Equal(Step.None, core.Wanted(At(5)).Step);
    }

    [Fact]
    public void Claim_whose_answer_was_lost_is_made_again()
    {
        TakeoverCore core = Claimed();
        core.Wanted(At(1));
        Assert.Equal(Step.None, core.Looked([Row("a", Me)], [Queue(0, "q", Me)], At(1)).Step);
        core.MustClaim();
        core.Wanted(At(2));
        Assert.Equal(Step.Claim, core.Looked([Row("a", Me)], [Queue(0, "q", Me)], At(2)).Step);
    }

    [Fact]
    [Trait("Rule", "3")]
    public void Router_whose_lease_has_ended_is_fenced_before_its_queues_are_claimed()
    {
        TakeoverCore core = Claimed(Row("b", Other));
        core.Wanted(At(1));
        Want want = core.Looked([Row("a", Me), Row("b", Other, leaseLeft: 0)], [Queue(0, "q", Other)], At(1));
        Assert.Equal((Step.Fence, Other), (want.Step, want.Target));
        core.Fenced();
        Assert.Equal(Step.Look, core.Wanted(At(1.1)).Step);
        want = core.Looked([Row("a", Me)], [Queue(0, "q", 0)], At(1.1));
        Assert.Equal(Step.Claim, want.Step);
        Assert.Equal(["a"], want.Among);
    }

    [Fact]
    public void Evidence_of_a_crash_needs_no_lease_to_end()
    {
        TakeoverCore core = Claimed(Row("b", Other));
        core.Gone(Other);
        Assert.Equal(Step.Look, core.Wanted(At(0.2)).Step);
        Want want = core.Looked([Row("a", Me), Row("b", Other)], [Queue(0, "q", Other)], At(0.2));
        Assert.Equal((Step.Fence, Other), (want.Step, want.Target));
    }

    [Fact]
    public void Evidence_that_comes_while_a_question_is_out_is_not_forgotten()
    {
        TakeoverCore core = Claimed(Row("b", Other));
        core.Wanted(At(1));
        core.LookNow();
        Assert.Equal(Step.None, core.Looked([Row("a", Me), Row("b", Other)], [Queue(0, "q", Other)], At(1)).Step);
        Assert.Equal(Step.Look, core.Wanted(At(1.1)).Step);
    }

    [Fact]
    public void Nothing_is_claimed_from_a_live_router_and_nothing_moves_because_a_node_joined()
    {
        TakeoverCore core = Claimed();
        core.Wanted(At(1));
        QueueRow[] queues = [.. Enumerable.Range(0, 50).Select(i => Queue(i, $"q{i}", Me))];
        Assert.Equal(Step.None, core.Looked([Row("a", Me), Row("b", Other)], queues, At(1)).Step);
    }

    [Fact]
    public void Queues_without_an_owner_spread_over_those_that_are_left_and_each_is_somebodys()
    {
        QueueRow[] free = [.. Enumerable.Range(0, 60).Select(i => Queue(i, $"q{i}", 0))];
        RouterRow[] routers = [Row("a", 10), Row("b", 20), Row("c", 30)];
        string[] owners = [.. free.Select(q => QueueOwners.Choose(q.Name, ["a", "b", "c"])!)];
        Assert.Equal(["a", "b", "c"], owners.Distinct().Order());
        foreach (RouterRow router in routers)
        {
            TakeoverCore core = new(router.Node.Name);
            core.Registered(router.Incarnation);
            core.Wanted(At(0));
            core.Looked(routers, [], At(0));
            core.Claimed();
            core.Wanted(At(1));
            // A single free queue wakes its owner by rendezvous, and nobody else.
            int mine = free.Count(q =>
            {
                bool claims = core.Looked(routers, [q], At(1)).Step == Step.Claim;
                core.Claimed();
                return claims;
            });
            Assert.Equal(owners.Count(o => o == router.Node.Name), mine);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lease_that_ended_while_the_store_was_away_says_nothing_until_it_could_have_been_renewed(bool hangs)
    {
        TakeoverCore core = Claimed(Row("b", Other));
        core.Wanted(At(1));
        if (hangs)
        {
            // The answer comes when the store goes on.
            Assert.Equal(Step.None, Look(9));
        }
        else
        {
            core.Failed(At(9));
            core.Wanted(At(9));
            Assert.Equal(Step.None, Look(9));
        }
        core.Wanted(At(10.5));
        Assert.Equal(Step.None, Look(10.5));
        core.Wanted(At(11.5));
        Assert.Equal(Step.Fence, Look(11.5));

        Step Look(double seconds) => core.Looked([Row("a", Me), Row("b", Other, leaseLeft: 0)], [Queue(0, "q", Other)], At(seconds)).Step;
    }

    [Fact]
    public void Evidence_of_a_crash_counts_also_after_an_outage_of_the_store()
    {
        TakeoverCore core = Claimed(Row("b", Other));
        core.Wanted(At(1));
        core.Failed(At(2));
        core.Gone(Other);
        core.Wanted(At(2));
        Assert.Equal(Step.Fence, core.Looked([Row("a", Me), Row("b", Other)], [Queue(0, "q", Other)], At(2)).Step);
    }

    [Fact]
    public void Store_that_does_not_answer_is_asked_again_when_the_time_comes_and_a_lost_registration_asks_nothing()
    {
        TakeoverCore core = Registered();
        core.Wanted(At(0));
        core.Failed(At(0));
        Assert.Equal(Step.None, core.Wanted(At(0.5)).Step);
        Assert.Equal(Step.Look, core.Wanted(At(1)).Step);
        core.Lost();
        core.Failed(At(1));
        Assert.Equal(Step.None, core.Wanted(At(5)).Step);
        Assert.Equal(long.MaxValue, core.WakeAtMicros);
    }
}
