using ActorBalancer.Storage;
using static ActorBalancer.Tests.Storage.StoreSession;

namespace ActorBalancer.Tests.Storage;

public abstract partial class JobStoreContract
{
    [Fact]
    [Trait("Rule", "1")]
    public async Task Incarnation_is_larger_than_the_clock_and_than_any_before()
    {
        await using StoreUnderTest under = await OpenAsync();
        long first = await RegisterAsync(under, "r1");
        Assert.True(first > under.NowUnixMs);
        long last = first;
        for (int i = 0; i < 20; i++)
        {
            await under.Store.ReleaseAsync(last, default);
            long next = await RegisterAsync(under, "r1");
            Assert.True(next > last);
            last = next;
        }
        under.Pass(TimeSpan.FromHours(1));
        Assert.True(await RegisterAsync(under, "r1") > under.NowUnixMs);
    }

    [Fact]
    public async Task Second_live_router_node_is_refused_with_what_to_do()
    {
        await using StoreUnderTest under = await OpenAsync();
        if (under.TakesManyRouters)
            return;
        await RegisterAsync(under, "r1");
        Registration second = await under.Store.RegisterAsync(Node("r2"), Lease, default);
        Assert.Equal(0, second.Incarnation);
        Assert.Contains("r1", second.Refusal);
        Assert.Contains("stop that node", second.Refusal);
    }

    [Fact]
    [Trait("Rule", "1")]
    public async Task Renewal_keeps_a_second_router_node_out()
    {
        await using StoreUnderTest under = await OpenAsync();
        if (under.TakesManyRouters)
            return;
        long first = await RegisterAsync(under, "r1");
        for (int i = 0; i < 5; i++)
        {
            under.Pass(Lease * 0.9);
            Assert.True(await under.Store.RenewAsync(first, Lease, default));
        }
        under.Pass(Lease * 0.9);
        Assert.NotNull((await under.Store.RegisterAsync(Node("r2"), Lease, default)).Refusal);
    }

    [Fact]
    public async Task Lease_that_ended_can_be_renewed_while_nobody_took_over()
    {
        await using StoreSession s = await StartAsync();
        s.Under.Pass(Lease * 3);
        Assert.True(await s.Store.RenewAsync(s.Incarnation, Lease, default));
        await s.InsertAsync(s.Key(0));
    }

    [Fact]
    public async Task Takeover_after_the_lease_fences_the_old_incarnation()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        s.Under.Pass(Lease);
        long next = await RegisterAsync(s.Under, "r2");

        Assert.False(await s.Store.RenewAsync(s.Incarnation, Lease, default));
        Assert.Empty(await s.Store.ClaimAsync(s.Incarnation, default));
        Assert.Null(await s.Store.OpenQueueAsync(s.Incarnation, "other", default));
        Assert.True(await s.Store.RenewAsync(next, Lease, default));
    }

    [Fact]
    [Trait("Rule", "2")]
    public async Task Fenced_commit_changes_nothing()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0));
        s.Under.Pass(Lease);
        long next = await RegisterAsync(s.Under, "r2");

        Commit late = s.Insert(s.Key(1));
        late.Outcomes.Add(s.Succeeded(s.Key(0)));
        late.Queues.Add(s.Queue with { Paused = true });
        late.Horizons.Add(s.Key(99));
        Assert.Equal(CommitResult.Fenced, await s.Store.CommitAsync(late, default));

        Assert.Equal([s.Key(0)], await s.KeysAsync());
        Assert.Equal(0, s.Under.Duplicates);
        QueueRow row = Assert.Single(await s.Store.ClaimAsync(next, default));
        Assert.False(row.Paused);
        Assert.Empty(row.Horizons);
        Assert.Equal(1, row.NextSequence);
    }

    [Fact]
    public async Task Release_lets_a_successor_in_at_once_and_fences_the_one_that_left()
    {
        await using StoreSession s = await StartAsync();
        await s.Store.ReleaseAsync(s.Incarnation, default);
        Assert.False(await s.Store.RenewAsync(s.Incarnation, Lease, default));
        Assert.Equal(CommitResult.Fenced, await s.Store.CommitAsync(s.Insert(s.Key(0)), default));
        long next = await RegisterAsync(s.Under, "r2");
        Assert.Equal("default", Assert.Single(await s.Store.ClaimAsync(next, default)).Name);
    }

    [Fact]
    public async Task Release_by_a_fenced_incarnation_leaves_the_owner_alone()
    {
        await using StoreSession s = await StartAsync();
        s.Under.Pass(Lease);
        long next = await RegisterAsync(s.Under, "r2");
        await s.Store.ReleaseAsync(s.Incarnation, default);
        Assert.True(await s.Store.RenewAsync(next, Lease, default));
        Assert.Equal(next, Assert.Single(await s.Store.RoutersAsync(default)).Incarnation);
    }

    [Fact]
    public async Task Queues_are_numbered_from_0_in_the_order_in_which_they_were_opened()
    {
        await using StoreSession s = await StartAsync();
        QueueRow? mail = await s.Store.OpenQueueAsync(s.Incarnation, "mail", default);
        Assert.Equal(0, s.Queue.Number);
        Assert.Equal(1, mail!.Number);
        Assert.Equal(0, mail.NextSequence);
        Assert.Null(mail.Strategy);
        Assert.Null(mail.Binding);
        Assert.Equal(["default", "mail"], (await s.Store.ClaimAsync(s.Incarnation, default)).Select(row => row.Name));
    }

    [Fact]
    public async Task Opening_a_queue_again_gives_the_same_row()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1));
        QueueRow? again = await s.Store.OpenQueueAsync(s.Incarnation, "default", default);
        Assert.Equal(s.Queue.Number, again!.Number);
        Assert.Equal(2, again.NextSequence);
        Assert.Single(await s.Store.ClaimAsync(s.Incarnation, default));
    }

    [Fact]
    public async Task There_are_at_most_a_thousand_queues()
    {
        await using StoreSession s = await StartAsync();
        for (int i = 1; i < 1000; i++)
            Assert.Equal(i, (await s.Store.OpenQueueAsync(s.Incarnation, $"q{i}", default))!.Number);
        Assert.Null(await s.Store.OpenQueueAsync(s.Incarnation, "one-more", default));
        Assert.Equal(7, (await s.Store.OpenQueueAsync(s.Incarnation, "q7", default))!.Number);
    }

    [Fact]
    public async Task Successor_finds_settings_horizons_sequences_and_jobs()
    {
        await using StoreSession s = await StartAsync();
        Commit commit = s.Insert(s.Key(0), s.Key(1, 9), s.Key(2));
        commit.Queues.Add(s.Queue with { Paused = true, Strategy = "random", Binding = Strategies.Binding.Late, Weights = Strategies.WeightSource.Learned });
        commit.Horizons.AddRange([s.Key(100), s.Key(50, 9)]);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        s.Under.Pass(Lease);

        long next = await RegisterAsync(s.Under, "r1");
        QueueRow row = Assert.Single(await s.Store.ClaimAsync(next, default));
        Assert.True(row.Paused);
        Assert.Equal("random", row.Strategy);
        Assert.Equal(Strategies.Binding.Late, row.Binding);
        Assert.Equal(Strategies.WeightSource.Learned, row.Weights);
        Assert.Equal(3, row.NextSequence);
        Assert.Equal([s.Key(50, 9), s.Key(100)], row.Horizons);
        Assert.Equal([s.Key(1, 9), s.Key(0), s.Key(2)], await s.KeysAsync());
    }

    [Fact]
    public async Task Horizon_never_moves_back_and_each_priority_has_its_own()
    {
        await using StoreSession s = await StartAsync();
        foreach (long key in new[] { s.Key(100), s.Key(40), s.Key(7, 0) })
        {
            Commit commit = s.Commit();
            commit.Horizons.Add(key);
            await s.Store.CommitAsync(commit, default);
        }
        Assert.Equal([s.Key(100), s.Key(7, 0)], Assert.Single(await s.Store.ClaimAsync(s.Incarnation, default)).Horizons);
    }

    [Fact]
    public async Task Next_sequence_never_falls_when_jobs_are_gone()
    {
        await using StoreSession s = await StartAsync();
        await s.InsertAsync(s.Key(0), s.Key(1));
        await s.FinishAsync(s.Succeeded(s.Key(0)), s.Succeeded(s.Key(1)));
        s.Under.Pass(TimeSpan.FromDays(40));
        await s.Store.RenewAsync(s.Incarnation, Lease, default);
        Assert.Equal(2, Assert.Single(await s.Store.ClaimAsync(s.Incarnation, default)).NextSequence);
    }

    [Fact]
    public async Task Sequences_that_were_set_aside_are_nobody_elses_again()
    {
        await using StoreSession s = await StartAsync();
        Commit commit = s.Insert(s.Key(3));
        commit.Reserved.Add((0, 1000));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Commit lower = s.Commit();
        lower.Reserved.Add((0, 500));
        Assert.False(lower.IsEmpty);
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(lower, default));
        Assert.Equal(1000, Assert.Single(await s.Store.QueuesAsync(default)).NextSequence);
        // A job comes to use one, in whichever order.
        await s.InsertAsync(s.Key(1000), s.Key(999), s.Key(4));
        Assert.Equal([s.Key(3), s.Key(4), s.Key(999), s.Key(1000)], await s.KeysAsync());

        await s.Store.FenceAsync(s.Incarnation, default);
        long next = await RegisterAsync(s.Under, "r2");
        Assert.Equal(1001, Assert.Single(await s.Store.ClaimAsync(next, default)).NextSequence);
        commit = new Commit { Incarnation = s.Incarnation };
        commit.Reserved.Add((0, 5000));
        Assert.Equal(CommitResult.Fenced, await s.Store.CommitAsync(commit, default));
        Assert.Equal(1001, Assert.Single(await s.Store.QueuesAsync(default)).NextSequence);
    }

    [Fact]
    public async Task Fence_frees_the_queues_of_a_router_node_and_rolls_its_commits_back()
    {
        await using StoreSession s = await StartAsync();
        Assert.True(await s.Store.FenceAsync(s.Incarnation, default));
        Assert.False(await s.Store.FenceAsync(s.Incarnation, default));
        Assert.Empty(await s.Store.RoutersAsync(default));
        Assert.Equal(0, Assert.Single(await s.Store.QueuesAsync(default)).Owner);
        Assert.Equal(CommitResult.Fenced, await s.Store.CommitAsync(s.Insert(s.Key(0)), default));

        long next = await RegisterAsync(s.Under, "r2");
        Assert.Equal(next, Assert.Single(await s.Store.ClaimAsync(next, default)).Owner);
        Assert.Empty(await s.KeysAsync());
    }

    [Fact]
    public async Task Registered_router_node_is_listed_with_what_is_left_of_its_lease()
    {
        await using StoreSession s = await StartAsync();
        s.Under.Pass(Lease * 0.25);
        RouterRow row = Assert.Single(await s.Store.RoutersAsync(default));
        Assert.Equal((s.Incarnation, Lease * 0.75), (row.Incarnation, row.LeaseLeft));
        Assert.Equal(Node("r1"), row.Node);
        s.Under.Pass(Lease);
        Assert.Equal(Lease * -0.25, Assert.Single(await s.Store.RoutersAsync(default)).LeaseLeft);
    }
}
