using ActorBalancer.Load;

namespace ActorBalancer.Core.Tests.Load;

/// <summary>What a router takes the others to have sent.</summary>
public sealed class RouterShareTests
{
    [Fact]
    public void Others_send_as_this_router_does_in_proportion_to_what_workers_hold_of_them()
    {
        RouterShare share = new();
        Assert.True(share.IsAll);
        Assert.Equal(0, share.SentByOthers(10));
        share.Change(own: 96, others: 300);
        Assert.False(share.IsAll);
        Assert.Equal(30, share.SentByOthers(10));
        Assert.Equal(0, share.SentByOthers(0));
        share.Change(own: 300, others: -300);
        Assert.Equal(0, share.SentByOthers(10));
    }

    [Fact]
    public void Few_jobs_tell_little_and_many_of_others_no_flood()
    {
        RouterShare share = new();
        share.Change(own: 0, others: 4);
        Assert.Equal(10, share.SentByOthers(10));
        share.Change(own: 0, others: 100_000);
        Assert.Equal(150, share.SentByOthers(10));
    }
}
