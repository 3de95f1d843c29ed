using ActorBalancer.Intake;
using static ActorBalancer.Core.Tests.Intake.IntakeHarness;

namespace ActorBalancer.Core.Tests.Intake;

public sealed class IntakeCoreTests
{
    [Fact]
    public void Submits_of_many_callers_leave_as_one_batch_and_each_hears_of_its_own_job()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Caller[] callers = [.. Enumerable.Range(0, 10).Select(i => h.Submit(i))];
        Assert.Empty(h.Batches);
        h.Flush();

        IntakeBatch batch = Assert.Single(h.Batches);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), Enumerable.Range(0, 10).Select(i => batch.Jobs.Source(i)));
        Assert.All(callers, c => Assert.Empty(c.Answers));
        h.Accept(batch, firstKey: 100);
        for (int i = 0; i < 10; i++)
            Assert.Equal([(100 + i, RefusalCode.None)], callers[i].Answers);
    }

    [Fact]
    public void Batch_is_bounded_in_jobs_and_in_bytes()
    {
        IntakeHarness h = new(new() { BatchJobs = 10, BatchBytes = 10_000 });
        h.RouterUp();
        for (int i = 0; i < 25; i++)
            h.Submit(i);
        h.Flush();
        Assert.Equal([10, 10, 5], h.Batches.Select(b => b.Jobs.Count));

        h.Batches.Clear();
        for (int i = 0; i < 4; i++)
            h.Submit(i, bytes: 4_000);
        h.Submit(0, bytes: 50_000);
        h.Flush();
        Assert.Equal([2, 2, 1], h.Batches.Select(b => b.Jobs.Count));
        Assert.All(h.Batches.Take(2), b => Assert.True(b.Bytes <= 10_000));
    }

    [Fact]
    public void Refused_row_harms_only_its_caller()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Caller first = h.Submit(0), second = h.Submit(1);
        h.Flush();
        h.Answer(h.Batches[0], [7, -1], [RefusalCode.None, RefusalCode.UnknownKind]);
        Assert.Equal([(7, RefusalCode.None)], first.Answers);
        Assert.Equal([(-1, RefusalCode.UnknownKind)], second.Answers);
    }

    [Fact]
    public void Whole_batches_keep_their_order_behind_single_submits()
    {
        IntakeHarness h = new();
        h.Submit(0);
        h.Submit(3, tag: 5);
        h.Submit(1);
        h.Submit(2, tag: 6);
        h.Flush();
        Assert.Empty(h.Batches);
        h.RouterUp();
        Assert.Equal([1, 3, 1, 2], h.Batches.Select(b => b.Jobs.Count));
        Assert.Equal([0, 5, 0, 6], h.Batches.Select(b => b.Tag));
        Assert.Equal(h.Batches.Select(b => b.Ticket).Order(), h.Batches.Select(b => b.Ticket));
    }

    [Fact]
    public void Router_lost_before_its_answer_leaves_the_outcome_unknown()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Caller caller = h.Submit();
        h.Flush();
        Sink sink = h.Submit(2, tag: 3);
        h.RouterGone();
        Assert.Equal([(-1, RefusalCode.OutcomeUnknown)], caller.Answers);
        Assert.Equal([(3, 0, -1, RefusalCode.OutcomeUnknown), (3, 1, -1, RefusalCode.OutcomeUnknown)], sink.Answers);

        // The answer that arrives after all changes nothing.
        h.Accept(h.Batches[0], 1);
        Assert.Single(caller.Answers);
        Assert.Equal(1, h.Core.Dropped);
    }

    [Fact]
    public void Submit_waits_ten_seconds_for_a_router_and_no_longer()
    {
        IntakeHarness h = new();
        Caller early = h.Submit();
        h.Flush();
        h.Tick(9);
        Caller late = h.Submit();
        h.Flush();
        Assert.Empty(early.Answers);
        h.Tick(1);
        Assert.Equal([(-1, RefusalCode.NotReady)], early.Answers);
        Assert.Empty(late.Answers);
        h.RouterUp();
        h.Accept(Assert.Single(h.Batches), 1);
        Assert.Equal([(1, RefusalCode.None)], late.Answers);
    }

    [Fact]
    public void Answer_that_never_comes_leaves_the_outcome_unknown()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Caller caller = h.Submit();
        h.Flush();
        h.Tick(29);
        Assert.Empty(caller.Answers);
        h.Tick(1);
        Assert.Equal([(-1, RefusalCode.OutcomeUnknown)], caller.Answers);
        Assert.False(h.Core.NeedsTick);
    }

    [Fact]
    public void Outstanding_submits_are_bounded_and_room_comes_back_with_the_answers()
    {
        IntakeHarness h = new(new() { OutstandingJobs = 3 });
        h.RouterUp();
        Sink sink = h.Submit(5, tag: 0);
        Assert.Equal([5], h.Batches.Select(b => b.Jobs.Count));
        Assert.Equal([(-1, RefusalCode.QueueFull)], h.Submit().Answers);
        h.Accept(h.Batches[0], 1);
        Assert.Equal(5, sink.Answers.Count);
        Assert.Empty(h.Submit().Answers);
    }

    [Fact]
    public void Remote_router_gets_a_window_and_a_local_one_everything()
    {
        IntakeLimits limits = new() { RemoteWindowBytes = 1_000 };
        IntakeHarness remote = new(limits), local = new(limits);
        remote.RouterUp(isLocal: false);
        local.RouterUp(isLocal: true);
        for (int i = 0; i < 5; i++)
        {
            remote.Submit(15, tag: i);
            local.Submit(15, tag: i);
        }
        Assert.Equal(5, local.Batches.Count);
        Assert.Single(remote.Batches);
        for (int i = 0; i < 5; i++)
            remote.Accept(remote.Batches[i], 100 * i);
        Assert.Equal([0, 1, 2, 3, 4], remote.Batches.Select(b => b.Tag));
    }

    [Fact]
    public void Ends_carry_the_callers_tag_and_duplicates_are_dropped()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink a = h.Submit(3, tag: 10), b = h.Submit(2, tag: 20);
        h.Accept(h.Batches[0], 100);
        h.Accept(h.Batches[1], 200);
        long ta = h.Batches[0].Ticket, tb = h.Batches[1].Ticket;
        h.Finish(Done(ta, 1, 101), Done(ta, 1, 101), Done(tb, 0, 200), Done(ta, 0, 100));
        h.Finish(Done(ta, 0, 100), Done(ta, 2, 102), Done(tb, 1, 201), Done(tb, 1, 201));
        Assert.Equal([(10, 1), (10, 0), (10, 2)], a.Ends.Select(e => (e.Ticket, e.Index)));
        Assert.Equal([(20, 0), (20, 1)], b.Ends.Select(e => (e.Ticket, e.Index)));
        Assert.Equal(3, h.Core.Dropped);
    }

    [Fact]
    public void Rows_that_ended_before_a_lost_answer_are_not_refused_when_it_is_given_up()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink sink = h.Submit(3, tag: 4);
        h.Finish(Done(h.Batches[0].Ticket, 1, 51));
        h.Tick(30);
        Assert.Equal([RefusalCode.OutcomeUnknown, RefusalCode.None, RefusalCode.OutcomeUnknown], sink.Answers.Select(a => a.Code));
        Assert.Equal([1], sink.Ends.Select(e => e.Index));
    }

    [Fact]
    public void Row_that_ended_is_not_refused_by_a_later_answer_and_the_routers_codes_stay_as_they_are()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink sink = h.Submit(2, tag: 4);
        h.Finish(Done(h.Batches[0].Ticket, 0, 50));
        RefusalCode[] codes = [RefusalCode.QueueFull, RefusalCode.QueueFull];
        h.Answer(h.Batches[0], [-1, -1], codes);
        Assert.Equal([RefusalCode.None, RefusalCode.QueueFull], sink.Answers.Select(a => a.Code));
        Assert.Equal([RefusalCode.QueueFull, RefusalCode.QueueFull], codes);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void End_of_a_row_that_the_batch_does_not_have_is_dropped(int index)
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink sink = h.Submit(3, tag: 4);
        h.Accept(h.Batches[0], 50);
        h.Finish(Done(h.Batches[0].Ticket, index, 50), Done(h.Batches[0].Ticket, 2, 52));
        h.RouterGone();
        h.RouterUp(2);
        h.Finish(Done(h.Watches[0].Ticket, index == 3 ? 2 : index, 50), Done(h.Watches[0].Ticket, 1, 51));
        Assert.Equal([2, 1], sink.Ends.Select(e => e.Index));
        Assert.Equal(2, h.Core.Dropped);
    }

    [Fact]
    public void Ends_that_nobody_asked_for_reach_nobody()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink sink = h.Submit(1, tag: 4, notify: false);
        h.Finish(Done(h.Batches[0].Ticket, 0, 50));
        h.Accept(h.Batches[0], 50);
        Assert.Empty(sink.Ends);
        Assert.Equal([(4, 0, 50, RefusalCode.None)], sink.Answers);
    }

    [Fact]
    public void Answered_batch_is_let_go_although_one_before_it_is_not_answered()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink first = h.Submit(1, tag: 1, notify: false);
        h.Submit(1, tag: 2, notify: false);
        Assert.Equal(2, h.Core.Held);
        h.Accept(h.Batches[1], 7);
        Assert.Equal(1, h.Core.Held);
        h.Tick(30);
        Assert.Equal([RefusalCode.OutcomeUnknown], first.Answers.Select(a => a.Code));
        Assert.Equal(0, h.Core.Held);
    }

    [Fact]
    public void Refused_rows_of_a_batch_have_no_end()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink sink = h.Submit(2, tag: 1);
        h.Answer(h.Batches[0], [-1, 5], [RefusalCode.QueueFull, RefusalCode.None]);
        h.RouterGone();
        h.RouterUp(2);
        Assert.Equal([5L], Assert.Single(h.Watches).Keys);
        h.Finish(Done(h.Watches[0].Ticket, 0, 5));
        Assert.Equal([(1, 1)], sink.Ends.Select(e => (e.Ticket, e.Index)));
    }

    [Fact]
    public void What_a_lost_router_had_accepted_is_watched_at_the_next_one()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink sink = h.Submit(4, tag: 9);
        IntakeBatch batch = h.Batches[0];
        h.Accept(batch, 50);
        long oldTicket = batch.Ticket;
        h.Finish(Done(oldTicket, 1, 51));
        h.RouterGone();
        Assert.Empty(h.Watches);
        h.RouterUp(2);
        WatchSend watch = Assert.Single(h.Watches);
        Assert.Equal(2, watch.Router);
        Assert.Equal([50L, 52, 53], watch.Keys);

        // A late end under the old ticket is told again under the new one, and counts once.
        h.Finish(Done(oldTicket, 0, 50));
        h.Finish(Done(watch.Ticket, 2, 53), Done(watch.Ticket, 0, 50), Done(watch.Ticket, 1, 52));
        Assert.Equal([1, 3, 0, 2], sink.Ends.Select(e => e.Index));
        Assert.All(sink.Ends, e => Assert.Equal(9, e.Ticket));
    }

    [Fact]
    public void Watches_wait_for_a_router_and_are_asked_again_of_the_next()
    {
        IntakeHarness h = new();
        Caller first = h.Watch(7), second = h.Watch(7), other = h.Watch(8);
        h.Flush();
        Assert.Empty(h.Watches);
        Assert.False(h.Core.NeedsFlush);
        h.RouterUp();
        Assert.Equal([7L, 8], Assert.Single(h.Watches).Keys);
        h.Finish(Done(h.Watches[0].Ticket, 0, 7));
        Assert.Single(first.Ends);
        Assert.Single(second.Ends);
        h.RouterGone();
        h.Tick(3600);
        h.RouterUp(2);
        Assert.Equal([8L], h.Watches[1].Keys);
        h.Finish(Done(h.Watches[1].Ticket, 0, 8), Done(h.Watches[1].Ticket, 0, 8));
        Assert.Single(other.Ends);
    }

    [Fact]
    public void Watcher_that_gave_up_is_left_alone()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Caller gone = h.Watch(7), stays = h.Watch(7);
        h.Flush();
        h.Core.Unwatch(7, gone);
        h.Finish(Done(h.Watches[0].Ticket, 0, 7));
        Assert.Empty(gone.Ends);
        Assert.Single(stays.Ends);
    }

    [Fact]
    public void Router_is_asked_once_for_a_job_that_is_watched_and_given_up_again_and_again()
    {
        IntakeHarness h = new();
        h.RouterUp();
        for (int i = 0; i < 100; i++)
        {
            Caller gone = h.Watch(7);
            h.Flush();
            h.Core.Unwatch(7, gone);
        }
        Assert.Equal([7L], Assert.Single(h.Watches).Keys);
        Caller stays = h.Watch(7);
        h.Finish(Done(h.Watches[0].Ticket, 0, 7));
        Assert.Single(stays.Ends);

        // The next router is asked for those only that somebody waits for.
        h.Core.Unwatch(9, h.Watch(9));
        Caller waits = h.Watch(10);
        h.Flush();
        h.RouterGone();
        h.RouterUp(2);
        Assert.Equal([10L], h.Watches[^1].Keys);
        Caller again = h.Watch(9);
        h.Flush();
        Assert.Equal([9L], h.Watches[^1].Keys);
        h.Finish(Done(h.Watches[^1].Ticket, 0, 9));
        Assert.Single(again.Ends);
        Assert.Empty(waits.Ends);
    }

    [Fact]
    public void Lost_router_leaves_a_change_unknown_and_a_look_up_is_asked_again()
    {
        IntakeHarness h = new();
        Asked lookUp = new(isRepeatable: true), change = new(isRepeatable: false);
        h.RouterUp();
        h.Do(() => h.Core.Ask(lookUp, h.Now, h.Effects));
        h.Do(() => h.Core.Ask(change, h.Now, h.Effects));
        h.RouterGone();
        Assert.Equal([RefusalCode.OutcomeUnknown], change.Refusals);
        h.RouterUp(2);
        Assert.Equal([lookUp, change, lookUp], h.Questions.Select(q => q.Question));
        Assert.Null(h.Core.Answered(h.Questions[0].Ticket));
        Assert.Same(lookUp, h.Core.Answered(h.Questions[2].Ticket));
        Assert.Empty(lookUp.Refusals);
    }

    [Fact]
    public void Question_without_a_router_is_refused_in_time()
    {
        IntakeHarness h = new();
        Asked question = new(isRepeatable: true);
        h.Do(() => h.Core.Ask(question, h.Now, h.Effects));
        h.Tick(10);
        Assert.Equal([RefusalCode.NotReady], question.Refusals);
        Assert.False(h.Core.NeedsTick);
    }

    [Fact]
    public void Local_router_goes_before_a_remote_one()
    {
        IntakeHarness h = new();
        h.RouterUp(1, isLocal: false);
        h.RouterUp(2, isLocal: true);
        h.Submit(1, tag: 0);
        Assert.Equal(2, h.Batches[0].Router);
        h.RouterGone(2);
        h.Submit(1, tag: 1);
        Assert.Equal(1, h.Batches[1].Router);
    }

    [Fact]
    public void Stopping_tells_everybody_what_is_known()
    {
        IntakeHarness h = new();
        h.RouterUp();
        Sink accepted = h.Submit(1, tag: 1);
        h.Accept(h.Batches[0], 5);
        Sink unanswered = h.Submit(1, tag: 2);
        Caller collected = h.Submit(), watcher = h.Watch(99);
        h.Stop();
        Assert.Equal([RefusalCode.OutcomeUnknown], accepted.Ends.Select(e => e.Code));
        Assert.Equal([RefusalCode.OutcomeUnknown], unanswered.Answers.Select(a => a.Code));
        Assert.Equal([(-1, RefusalCode.NotReady)], collected.Answers);
        Assert.Equal([RefusalCode.NotReady], watcher.Ends.Select(e => e.Code));
        Assert.Equal([(-1, RefusalCode.NotReady)], h.Submit().Answers);
    }
}
