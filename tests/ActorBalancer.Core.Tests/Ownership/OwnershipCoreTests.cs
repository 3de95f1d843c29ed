using ActorBalancer.Ownership;
using ActorBalancer.Storage;

namespace ActorBalancer.Core.Tests.Ownership;

public sealed class OwnershipCoreTests
{
    private const long Second = Moment.PerSecond;
    private const long Lease = 5 * Second;

    private static Moment At(double seconds) => new((long)(seconds * Second), 1_000_000 + (long)(seconds * 1000));

    private static OwnershipCore Registered(double sent = 0)
    {
        var core = new OwnershipCore(Lease);
        Assert.Equal(OwnershipCore.Step.Register, core.Wanted(At(sent)));
        core.Registered(new Registration(7, null), At(sent));
        return core;
    }

    [Fact]
    [Trait("Rule", "12")]
    public void Lease_is_counted_from_before_the_request_was_sent_and_assigning_stops_before_its_end()
    {
        var core = new OwnershipCore(Lease);
        Assert.False(core.MayAssign(At(0)));
        Assert.Equal(OwnershipCore.Step.Register, core.Wanted(At(0)));
        // The answer takes two seconds; the store's lease runs since some time between.
        core.Registered(new Registration(7, null), At(0));
        Assert.Equal(7, core.Incarnation);
        Assert.True(core.MayAssign(At(3.9)));
        Assert.False(core.MayAssign(At(4)));
    }

    [Fact]
    public void Lease_is_renewed_every_second_and_one_request_is_out_at_a_time()
    {
        OwnershipCore core = Registered();
        for (int second = 1; second <= 10; second++)
        {
            Assert.Equal(OwnershipCore.Step.None, core.Wanted(At(second - 0.01)));
            Assert.InRange(core.WakeAtMicros, 0, second * Second);
            Assert.Equal(OwnershipCore.Step.Renew, core.Wanted(At(second)));
            Assert.Equal(OwnershipCore.Step.None, core.Wanted(At(second + 0.5)));
            core.Renewed(true, At(second));
            Assert.True(core.MayAssign(At(second + 3.9)));
        }
    }

    [Fact]
    public void Slow_or_missing_answer_never_asks_to_be_woken_at_once_again_and_again()
    {
        OwnershipCore core = Registered();
        Assert.Equal(OwnershipCore.Step.Renew, core.Wanted(At(1)));
        foreach (double now in new[] { 1.5, 2.5, 4.5, 9.5 })
        {
            Assert.Equal(OwnershipCore.Step.None, core.Wanted(At(now)));
            _ = core.MayAssign(At(now));
            Assert.True(core.WakeAtMicros > At(now).Micros || now > 2, "a wake in the past while the answer is out");
        }
        core.Renewed(null, At(1));
        Assert.Equal(OwnershipCore.Step.Renew, core.Wanted(At(10)));
        core.Renewed(null, At(10));
        Assert.False(core.MayAssign(At(10.1)));
        // The end of the lease is past; the next look is for the next try.
        Assert.Equal(11 * Second, core.WakeAtMicros);
    }

    [Fact]
    [Trait("Rule", "12")]
    public void Store_that_is_away_takes_nothing_until_the_lease_ends_and_its_return_gives_all_back_without_a_new_incarnation()
    {
        OwnershipCore core = Registered();
        for (int second = 1; second <= 8; second++)
        {
            Assert.Equal(OwnershipCore.Step.Renew, core.Wanted(At(second)));
            core.Renewed(null, At(second));
            Assert.Equal(second < 4, core.MayAssign(At(second)));
        }
        Assert.Equal(OwnershipCore.Step.Renew, core.Wanted(At(9)));
        core.Renewed(true, At(9));
        Assert.True(core.MayAssign(At(9.1)));
        Assert.Equal(7, core.Incarnation);
    }

    [Fact]
    public void While_the_store_keeps_a_renewal_there_is_nothing_to_wake_for_but_the_leases_end()
    {
        OwnershipCore core = Registered();
        Assert.Equal(OwnershipCore.Step.Renew, core.Wanted(At(1)));
        for (double now = 1.5; now < 10; now += 0.5)
        {
            Assert.Equal(OwnershipCore.Step.None, core.Wanted(At(now)));
            core.MayAssign(At(now));
            Assert.True(core.WakeAtMicros > At(now).Micros, $"at {now}");
        }
        Assert.False(core.MayAssign(At(10)));
    }

    [Fact]
    public void Fenced_node_assigns_nothing_and_registers_anew_at_once()
    {
        OwnershipCore core = Registered();
        Assert.Equal(OwnershipCore.Step.Renew, core.Wanted(At(1)));
        core.Renewed(false, At(1));
        Assert.Equal(0, core.Incarnation);
        Assert.False(core.MayAssign(At(1.1)));
        Assert.Equal(OwnershipCore.Step.Register, core.Wanted(At(1.1)));
        core.Registered(new Registration(9, null), At(1.1));
        Assert.Equal(9, core.Incarnation);
        Assert.True(core.MayAssign(At(2)));
    }

    [Fact]
    public void Renewal_that_answers_after_the_fence_fell_gives_no_lease_back()
    {
        OwnershipCore core = Registered();
        Assert.Equal(OwnershipCore.Step.Renew, core.Wanted(At(1)));
        core.Fenced();
        Assert.False(core.MayAssign(At(1.1)));
        core.Renewed(true, At(1));
        Assert.False(core.MayAssign(At(1.2)));
        Assert.Equal(OwnershipCore.Step.Register, core.Wanted(At(1.2)));
    }

    [Fact]
    public void Refused_or_unanswered_registration_is_tried_again_every_second()
    {
        var core = new OwnershipCore(Lease);
        Assert.Equal(OwnershipCore.Step.Register, core.Wanted(At(0)));
        core.Registered(new Registration(0, "another node holds it"), At(0));
        Assert.Equal("another node holds it", core.Refusal);
        Assert.Equal(OwnershipCore.Step.None, core.Wanted(At(0.9)));
        Assert.Equal(OwnershipCore.Step.Register, core.Wanted(At(1)));
        core.Registered(null, At(1));
        Assert.Equal(OwnershipCore.Step.Register, core.Wanted(At(2)));
        core.Registered(new Registration(3, null), At(2));
        Assert.Null(core.Refusal);
        Assert.True(core.MayAssign(At(5.9)));
    }
}
