using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Work.Given;

namespace ActorBalancer.Core.Tests.Work;

public sealed class WorkerLinkTests
{
    [Fact]
    public void Hello_is_repeated_every_second_until_the_welcome()
    {
        WorkerCore core = Worker();
        core.RouterFound(Route, At(0));
        Assert.Equal("w1", Assert.Single(core.Effects.Hellos).Hello.Name);
        core.Effects.Clear();
        core.Tick(At(999));
        Assert.Empty(core.Effects.Hellos);
        Assert.Equal(1_000_000, core.Effects.WakeAt);
        core.Tick(At(1000));
        Assert.Single(core.Effects.Hellos);
        core.Effects.Clear();
        core.Welcomed(Route, Welcome(), At(1500));
        core.Tick(At(2000));
        Assert.Empty(core.Effects.Hellos);
    }

    [Fact]
    public void Welcome_is_answered_with_a_report_that_grants_the_slots()
    {
        WorkerCore core = Worker(slots: 3);
        core.RouterFound(Route, At(0));
        core.Welcomed(Route, Welcome(), At(1));
        WorkerReport report = core.Effects.LastReport();
        Assert.Equal((10, Incarnation, 1, 0, 3), (report.RouterIncarnation, report.WorkerIncarnation, report.Number, report.BatchSeen, report.Credit));
        Assert.NotNull(report.Held);
    }

    [Fact]
    public void Welcome_for_another_incarnation_of_this_worker_is_ignored()
    {
        WorkerCore core = Worker();
        core.RouterFound(Route, At(0));
        core.Effects.Clear();
        core.Welcomed(Route, Welcome() with { WorkerIncarnation = Incarnation - 1 }, At(1));
        Assert.Empty(core.Effects.Reports);
    }

    [Fact]
    [Trait("Rule", "9")]
    public void Hello_to_a_new_incarnation_names_all_that_is_held()
    {
        WorkerCore core = Welcomed(slots: 2);
        core.Assigned(Route, Batch(1, Jobs(0, 4)), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.Effects.Clear();
        core.RouterFound(Route, At(3));
        WorkerHello hello = Assert.Single(core.Effects.Hellos).Hello;
        // 0 has ended but is not committed, 1 and 2 run, 3 waits.
        Assert.Equal([0, 1, 2, 3], hello.Held.Select(h => h.Token.Slot).Order());
        Assert.Equal(0, hello.Held.Single(h => h.Token.Slot == 3).StartedUnixMs);
        Assert.All(hello.Held, h => Assert.Equal(1, h.Attempt));
    }

    [Fact]
    [Trait("Rule", "7")]
    public void Reconnect_says_hello_again_and_resends_all_that_is_not_committed()
    {
        WorkerCore core = Welcomed(slots: 2);
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.EndRun(1, Ok, At(2), out _);
        core.Effects.Clear();
        core.RouterFound(Route, At(50));
        Assert.Single(core.Effects.Hellos);
        core.Welcomed(Route, Welcome(), At(51));
        Assert.Equal([1, 2], core.Effects.Outcomes().Select(o => o.Number));
    }

    [Fact]
    public void Doubled_batch_is_taken_once()
    {
        WorkerCore core = Welcomed(slots: 2);
        AssignBatch batch = Batch(1, Jobs(0, 1));
        core.Assigned(Route, batch, At(1));
        core.Assigned(Route, batch, At(2));
        Assert.Single(core.Effects.Starts);
        Assert.Equal((1, 0), (core.Running, core.Queued));
    }

    [Fact]
    [Trait("Rule", "7")]
    public void Batch_behind_a_gap_is_dropped_and_the_gap_is_named_at_once_but_once()
    {
        WorkerCore core = Welcomed(slots: 4);
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(1));
        core.Effects.Clear();
        core.Assigned(Route, Batch(3, Jobs(2, 1)), At(2));
        Assert.Empty(core.Effects.Starts);
        Assert.Equal(1, core.Effects.LastReport().BatchSeen);
        core.Effects.Clear();
        core.Assigned(Route, Batch(4, Jobs(3, 1)), At(3));
        Assert.Empty(core.Effects.Reports);
        core.Assigned(Route, Batch(2, Jobs(1, 1)), At(4));
        core.Assigned(Route, Batch(3, Jobs(2, 1)), At(4));
        Assert.Equal([1, 2], core.Effects.Starts.Select(s => s.Token.Slot));
    }

    [Fact]
    public void Idle_word_shows_a_lost_batch()
    {
        WorkerCore core = Welcomed();
        core.Assigned(Route, Word(last: 1), At(5));
        Assert.Equal(0, core.Effects.LastReport().BatchSeen);
    }

    [Fact]
    [Trait("Rule", "8")]
    public void Assignment_of_a_lower_incarnation_is_dropped()
    {
        WorkerCore core = Welcomed(router: 10);
        core.RouterFound(Route, At(1));
        core.Welcomed(Route, Welcome(11), At(1));
        core.Effects.Clear();
        core.Assigned(Route, Batch(1, Jobs(0, 1), router: 10), At(2));
        core.Welcomed(Route, Welcome(10), At(2));
        Assert.True(core.Effects.IsEmpty);
        Assert.Equal(0, core.Running);
    }

    [Fact]
    public void Nothing_of_a_router_that_is_gone_is_taken_even_if_it_arrives_late()
    {
        WorkerCore core = Welcomed(router: 10);
        core.RouterLost(Route, At(1));
        core.RouterFound(Route, At(2));
        core.Effects.Clear();
        core.Assigned(Route, Batch(1, Jobs(0, 1), router: 10), At(3));
        core.Welcomed(Route, Welcome(10), At(3));
        Assert.True(core.Effects.IsEmpty);
        Assert.Equal(0, core.Running);
    }

    [Fact]
    public void Welcome_that_nobody_asked_for_gets_a_hello_a_second_and_no_report()
    {
        WorkerCore core = Welcomed(router: 10);
        core.Welcomed(Route, Welcome(10), At(900));
        Assert.Empty(core.Effects.Hellos);
        core.Welcomed(Route, Welcome(10), At(1000));
        Assert.Single(core.Effects.Hellos);
        Assert.Empty(core.Effects.Reports);
    }

    [Fact]
    public void Nothing_is_taken_between_a_hello_and_its_answer()
    {
        WorkerCore core = Welcomed(router: 10);
        core.RouterFound(Route, At(1));
        Assert.Empty(Assert.Single(core.Effects.Hellos).Hello.Held);
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(2));
        Assert.Equal(0, core.Running);
        core.Welcomed(Route, Welcome(10), At(3));
        Assert.Equal(0, core.Effects.LastReport().BatchSeen);
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(4));
        Assert.Equal(1, core.Running);
    }

    [Fact]
    public void Assignment_of_an_unknown_higher_incarnation_is_not_taken_but_greeted()
    {
        WorkerCore core = Welcomed(router: 10);
        core.Assigned(Route, Batch(1, Jobs(0, 1), router: 11), At(2));
        Assert.Single(core.Effects.Hellos);
        Assert.Equal(0, core.Running);
    }

    [Fact]
    public void Outcome_of_an_adopted_run_goes_to_the_newest_incarnation_with_its_old_token()
    {
        WorkerCore core = Welcomed(slots: 2, router: 10);
        core.Assigned(Route, Batch(1, Jobs(0, 3), router: 10), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.RouterLost(Route, At(3));
        core.RouterFound(Route, At(4));
        core.Effects.Clear();
        core.Welcomed(Route, Welcome(11), At(5));
        // What the old one never committed, first of all.
        Assert.Equal((1L, Token(0)), core.Effects.Outcomes().Select(o => (o.Number, o.Run.Token)).Single());
        Assert.Equal(11, core.Effects.LastReport().RouterIncarnation);
        // Both slots are taken by adopted runs: nothing to grant beyond the outcome that the router will have read.
        Assert.Equal(1, core.Effects.LastReport().Credit);
        core.Effects.Clear();
        core.EndRun(1, Ok, At(6), out _);
        core.EndRun(0, Ok, At(6), out _);
        Assert.Equal([(2L, Token(1)), (3L, Token(2))], core.Effects.Outcomes().Select(o => (o.Number, o.Run.Token)));
        // Three outcomes given and two slots free: the router, which reads three outcomes, may send two jobs.
        Assert.Equal(5, core.Effects.LastReport().Credit);
    }

    [Fact]
    public void Unacknowledged_outcomes_are_sent_again_once_a_second_until_they_are_committed()
    {
        WorkerCore core = Welcomed(slots: 2);
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.Effects.Clear();
        core.EndRun(1, Ok, At(3), out _);
        // The light report says only what is new.
        Assert.Equal([2], core.Effects.Outcomes().Select(o => o.Number));
        Assert.Null(core.Effects.LastReport().Held);
        core.Effects.Clear();
        core.Tick(At(1000));
        Assert.Equal([1, 2], core.Effects.Outcomes().Select(o => o.Number));
        core.Effects.Clear();
        core.Assigned(Route, Word(last: 1, committed: 1), At(1500));
        core.Tick(At(2000));
        Assert.Equal([2], core.Effects.Outcomes().Select(o => o.Number));
        core.Effects.Clear();
        core.Assigned(Route, Word(last: 1, committed: 2), At(2500));
        core.Tick(At(3000));
        Assert.Empty(core.Effects.LastReport().Outcomes);
    }

    [Fact]
    public void Large_results_are_spread_over_reports_below_the_frame_limit()
    {
        WorkerCore core = Welcomed(slots: 4);
        core.Assigned(Route, Batch(1, Jobs(0, 4)), At(1));
        RunEnd large = Ok;
        large.Result = new byte[60 << 10];
        for (int i = 0; i < 4; i++)
            core.EndRun(i, large, At(2), out _);
        core.Effects.Clear();
        core.Tick(At(1000));
        Assert.Equal(4, core.Effects.Reports.Count);
        Assert.Equal([1, 2, 3, 4], core.Effects.Outcomes().Select(o => o.Number));
    }

    [Fact]
    public void Two_routers_with_demand_share_the_slots()
    {
        WorkerCore core = Welcomed(slots: 8);
        core.Assigned(0, Batch(1, Jobs(0, 4)), At(1));
        core.RouterFound(1, At(2));
        core.Effects.Clear();
        core.Welcomed(1, Welcome(20), At(3));
        (int route, WorkerReport report) = Assert.Single(core.Effects.Reports);
        Assert.Equal((1, 4L), (route, report.Credit));
    }

    [Fact]
    public void Outcomes_of_a_lost_router_wait_for_its_successor_however_long_that_takes()
    {
        WorkerCore core = Welcomed(router: 10);
        core.Assigned(Route, Batch(1, Jobs(0, 1), router: 10), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.RouterLost(Route, At(3));
        core.Effects.Clear();
        for (int second = 1; second <= 60; second++)
            core.Tick(At(second * 1000));
        Assert.InRange(core.Effects.WakeAt, 0, 25_000_000);
        core.RouterFound(Route, At(60_500));
        Assert.Equal(Token(0), Assert.Single(core.Effects.Hellos[^1].Hello.Held).Token);
        core.Welcomed(Route, Welcome(11), At(60_600));
        Assert.Contains(Token(0), core.Effects.Outcomes().Select(o => o.Run.Token));
    }

    [Fact]
    public void Outcomes_of_a_lost_router_are_dropped_once_another_one_has_not_asked_for_them_for_a_lease()
    {
        WorkerCore core = Welcomed(router: 10);
        core.Assigned(Route, Batch(1, Jobs(0, 1), router: 10), At(1));
        core.EndRun(0, Ok, At(2), out _);
        core.RouterLost(Route, At(3));
        core.RouterFound(1, At(20_000));
        core.Welcomed(1, Welcome(11), At(20_100));
        core.Effects.Clear();
        core.Tick(At(30_099));
        core.RouterFound(1, At(30_099));
        Assert.Single(core.Effects.Hellos[^1].Hello.Held);
        core.Welcomed(1, Welcome(11), At(30_099));
        core.Tick(At(30_100));
        core.RouterFound(1, At(30_101));
        Assert.Empty(core.Effects.Hellos[^1].Hello.Held);
    }

    [Fact]
    [Trait("Rule", "9")]
    public void Where_a_router_was_lost_its_successor_is_greeted_before_the_cluster_has_let_it_join()
    {
        WorkerCore core = Welcomed(router: 10);
        core.Assigned(Route, Batch(1, Jobs(0, 1), router: 10), At(1));
        core.RouterLost(Route, At(100));
        core.Effects.Clear();
        core.Tick(At(349));
        Assert.Empty(core.Effects.Hellos);
        core.Tick(At(350));
        Assert.Equal(Token(0), Assert.Single(Assert.Single(core.Effects.Hellos).Hello.Held).Token);
        core.Tick(At(600));
        Assert.Equal(2, core.Effects.Hellos.Count);
        core.Effects.Clear();

        core.Welcomed(Route, Welcome(11), At(610));
        Assert.Equal(11, core.Effects.LastReport().RouterIncarnation);
        core.Effects.Clear();
        core.Tick(At(900));
        Assert.Empty(core.Effects.Hellos);
        core.Assigned(Route, Batch(1, Jobs(1, 1), router: 11), At(900));
        Assert.Equal(2, core.Running);
    }

    [Fact]
    public void Lost_router_is_greeted_in_vain_for_fifteen_seconds()
    {
        WorkerCore core = Welcomed();
        core.RouterLost(Route, At(0));
        core.Tick(At(14_999));
        Assert.Single(core.Effects.Hellos);
        core.Effects.Clear();
        core.Tick(At(15_300));
        core.Tick(At(16_300));
        Assert.Empty(core.Effects.Hellos);
    }

    [Fact]
    public void Router_that_answers_and_never_becomes_a_member_is_of_another_cluster_and_does_not_count()
    {
        WorkerCore core = Welcomed(router: 10);
        core.RouterLost(Route, At(0));
        core.Tick(At(250));
        core.Welcomed(Route, Welcome(11), At(260));
        core.Tick(At(19_999));
        Assert.False(core.Effects.NoRouter);
        core.Tick(At(20_000));
        Assert.True(core.Effects.NoRouter);
    }

    [Fact]
    public void Worker_without_any_router_says_so_once_after_twenty_seconds()
    {
        WorkerCore core = Welcomed();
        core.RouterLost(Route, At(5000));
        core.Tick(At(24_999));
        Assert.False(core.Effects.NoRouter);
        core.Tick(At(25_000));
        Assert.True(core.Effects.NoRouter);
        core.Effects.Clear();
        core.Tick(At(26_000));
        Assert.False(core.Effects.NoRouter);
    }
}
