using ActorBalancer.Work;
using static ActorBalancer.Core.Tests.Work.Given;

namespace ActorBalancer.Core.Tests.Work;

public sealed class WorkerSlotTests
{
    [Fact]
    public void Ending_a_run_gives_the_slot_its_next_job()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        Assert.Equal(Token(0), Assert.Single(core.Effects.Starts).Token);
        Assert.True(core.EndRun(0, Ok, At(2), out StartedRun next));
        Assert.Equal((0, Token(1), 1001L), (next.Slot, next.Token, next.Job.Key));
        Assert.False(core.EndRun(0, Ok, At(3), out _));
        Assert.Equal((0, 0, 2L, 2000L), (core.Running, core.Queued, core.Finished, core.ServiceMicros));
    }

    [Fact]
    public void Ending_a_run_that_does_not_exist_is_a_bug()
    {
        WorkerCore core = Welcomed(slots: 1);
        Assert.Throws<InvalidOperationException>(() => core.EndRun(0, Ok, At(1), out _));
    }

    [Fact]
    public void Outcome_says_when_and_how_long_it_ran()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(5));
        core.EndRun(0, new RunEnd { Outcome = AttemptOutcome.Retry, RetryAfterMs = 7, Error = new string('x', 5000) }, At(8), out _);
        FinishedRun run = Assert.Single(core.Effects.Outcomes()).Run;
        Assert.Equal((AttemptOutcome.Retry, 7L, At(5).UnixMs, 3000L), (run.Outcome, run.RetryAfterMs, run.StartedUnixMs, run.DurationMicros));
        Assert.Equal(4096, run.Error!.Length);
    }

    [Fact]
    public void Job_behind_a_long_one_is_handed_back_unstarted_and_credit_does_not_grow()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 3)), At(1));
        core.Effects.Clear();
        core.Tick(At(10));
        Assert.Empty(core.Effects.Reports);
        Assert.Equal(11_000, core.Effects.WakeAt);
        core.Tick(At(11));
        Assert.Equal([Token(1), Token(2)], core.Effects.Outcomes().Select(o => o.Run.Token));
        Assert.All(core.Effects.Outcomes(), o => Assert.Equal((AttemptOutcome.Released, 0L), (o.Run.Outcome, o.Run.StartedUnixMs)));
        // Two came back, one slot: three in all.
        Assert.Equal(3, core.Effects.LastReport().Credit);
        Assert.Equal((1, 0), (core.Running, core.Queued));
    }

    [Fact]
    public void Line_that_moves_is_not_handed_back()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 20)), At(0));
        for (int i = 1; i <= 10; i++)
            core.EndRun(0, Ok, At(i * 0.9), out _);
        core.Effects.Clear();
        core.Tick(At(10));
        Assert.Empty(core.Effects.Outcomes());
        Assert.Equal(9, core.Queued);
    }

    [Fact]
    public void Wake_after_a_pause_of_the_process_hands_nothing_back()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 3)), At(1));
        core.Effects.Clear();
        core.Tick(At(3001));
        Assert.DoesNotContain(core.Effects.Outcomes(), o => o.Run.Outcome == AttemptOutcome.Released);
        core.Tick(At(3011));
        Assert.Equal(2, core.Effects.Outcomes().Count(o => o.Run.Outcome == AttemptOutcome.Released));
    }

    [Fact]
    public void Cancel_of_a_waiting_job_is_its_outcome_at_once()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 3)), At(1));
        core.Effects.Clear();
        core.Assigned(Route, Word(last: 1, cancels: [Token(1)]), At(2));
        (long _, FinishedRun run) = Assert.Single(core.Effects.Outcomes());
        Assert.Equal((Token(1), AttemptOutcome.Cancelled), (run.Token, run.Outcome));
        Assert.True(core.EndRun(0, Ok, At(3), out StartedRun next));
        Assert.Equal(Token(2), next.Token);
    }

    [Fact]
    public void Cancel_of_a_running_job_asks_its_handler_once_however_often_it_is_said()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 1), cancels: [Token(0)]), At(1));
        core.Assigned(Route, Word(last: 1, cancels: [Token(0)]), At(2));
        Assert.Equal((0, CancelReason.Asked), Assert.Single(core.Effects.Cancels));
        core.EndRun(0, EndedByCancel, At(3), out _);
        core.Assigned(Route, Word(last: 1, cancels: [Token(0)]), At(4));
        Assert.Equal(AttemptOutcome.Cancelled, Assert.Single(core.Effects.Outcomes()).Run.Outcome);
    }

    [Fact]
    public void Handler_that_finishes_despite_its_cancel_has_succeeded()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 1), cancels: [Token(0)]), At(1));
        core.EndRun(0, Ok, At(3), out _);
        Assert.Equal(AttemptOutcome.Succeeded, Assert.Single(core.Effects.Outcomes()).Run.Outcome);
    }

    [Fact]
    public void Handler_over_its_time_limit_is_cancelled_and_has_failed()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, [Job(0, limitMs: 300)]), At(1));
        Assert.Equal(301_000, core.Effects.WakeAt);
        core.Tick(At(300));
        Assert.Empty(core.Effects.Cancels);
        core.Tick(At(301));
        Assert.Equal((0, CancelReason.TimeLimit), Assert.Single(core.Effects.Cancels));
        core.EndRun(0, EndedByCancel, At(302), out _);
        FinishedRun run = Assert.Single(core.Effects.Outcomes()).Run;
        Assert.Equal((AttemptOutcome.Failed, "ran over its time limit of 300 ms"), (run.Outcome, run.Error));
    }

    [Fact]
    public void Handler_that_ignores_cancellation_fails_and_keeps_its_slot_until_it_ends()
    {
        WorkerCore core = Welcomed(slots: 3);
        core.Assigned(Route, Batch(1, [Job(0, limitMs: 100), Job(1), Job(2)]), At(0));
        core.EndRun(1, Ok, At(1), out _);
        core.EndRun(2, Ok, At(1), out _);
        core.Tick(At(100));
        core.Effects.Clear();
        core.Tick(At(5100));
        FinishedRun run = core.Effects.Outcomes()[^1].Run;
        Assert.Equal((Token(0), AttemptOutcome.Failed), (run.Token, run.Outcome));
        Assert.Contains("ignored", run.Error, StringComparison.Ordinal);
        // Three outcomes, two slots left.
        Assert.Equal(5, core.Effects.LastReport().Credit);
        Assert.False(core.Effects.RestartWanted);
        core.Effects.Clear();
        core.EndRun(0, Ok, At(60_000), out _);
        Assert.Empty(core.Effects.Outcomes());
        core.Tick(At(60_001));
        Assert.Equal(6, core.Effects.LastReport().Credit);
    }

    [Fact]
    public void Half_the_slots_abandoned_drains_the_worker_and_asks_for_a_restart_once()
    {
        WorkerCore core = Welcomed(slots: 4);
        core.Assigned(Route, Batch(1, [Job(0, limitMs: 100), Job(1, limitMs: 100), Job(2, limitMs: 100)]), At(0));
        core.Tick(At(100));
        core.Effects.Clear();
        core.Tick(At(5100));
        Assert.True(core.Effects.RestartWanted);
        Assert.True(core.Effects.LastReport().Draining);
        core.Effects.Clear();
        core.Tick(At(5200));
        Assert.False(core.Effects.RestartWanted);
    }

    [Fact]
    public void Ten_seconds_without_any_router_cancel_everything()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        core.Tick(At(5));
        core.Effects.Clear();
        core.Tick(At(10_000));
        Assert.Empty(core.Effects.Cancels);
        core.Tick(At(10_001));
        Assert.Equal((0, CancelReason.ContactLost), Assert.Single(core.Effects.Cancels));
        Assert.Single(core.Effects.Hellos);
        core.EndRun(0, EndedByCancel, At(10_002), out _);
        core.Welcomed(Route, Welcome(), At(10_100));
        Assert.Contains(core.Effects.Outcomes(), o => o.Run is { Outcome: AttemptOutcome.Released, StartedUnixMs: > 0 });
        Assert.Contains(core.Effects.Outcomes(), o => o.Run is { Outcome: AttemptOutcome.Released, StartedUnixMs: 0 });
    }

    [Fact]
    public void After_lost_contact_nothing_is_taken_before_a_fresh_welcome()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Tick(At(10_000));
        core.Effects.Clear();
        // This one lay in the mailbox of a paused process; its job runs elsewhere by now.
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(10_001));
        Assert.Empty(core.Effects.Starts);
        core.Welcomed(Route, Welcome(), At(10_050));
        Assert.Equal(0, core.Effects.LastReport().BatchSeen);
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(10_060));
        Assert.Single(core.Effects.Starts);
    }

    [Fact]
    public void Pause_of_three_seconds_cancels_nothing()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(900));
        core.Tick(At(3900));
        Assert.Empty(core.Effects.Cancels);
        core.Assigned(Route, Word(last: 1), At(3901));
        core.Tick(At(13_900));
        Assert.Empty(core.Effects.Cancels);
    }

    [Fact]
    public void Drain_hands_back_what_waits_grants_nothing_and_is_complete_when_all_is_committed()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        core.Effects.Clear();
        core.Drain(At(30_000).Micros, At(2));
        Assert.Contains(core.Effects.Outcomes(), o => o.Run.Token == Token(1) && o.Run is { Outcome: AttemptOutcome.Released, StartedUnixMs: 0 });
        Assert.True(core.Effects.LastReport().Draining);
        Assert.Equal(1, core.Effects.LastReport().Credit);
        core.EndRun(0, Ok, At(50), out _);
        Assert.Equal(1, core.Effects.LastReport().Credit);
        Assert.False(core.Effects.Drained);
        core.Assigned(Route, Word(last: 1, committed: 2), At(60));
        Assert.True(core.Effects.Drained);
    }

    [Fact]
    public void Job_that_arrives_while_draining_goes_back()
    {
        WorkerCore core = Welcomed(slots: 2);
        core.Drain(At(30_000).Micros, At(2));
        core.Effects.Clear();
        core.Assigned(Route, Batch(1, Jobs(0, 1)), At(3));
        Assert.Empty(core.Effects.Starts);
        Assert.Equal(AttemptOutcome.Released, Assert.Single(core.Effects.Outcomes()).Run.Outcome);
    }

    [Fact]
    public void Drain_deadline_cancels_and_releases_what_still_runs()
    {
        WorkerCore core = Welcomed(slots: 2);
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        core.Drain(At(5_000).Micros, At(2));
        core.Effects.Clear();
        core.Tick(At(5_000));
        Assert.Equal([CancelReason.Drain, CancelReason.Drain], core.Effects.Cancels.Select(c => c.Reason));
        core.EndRun(0, EndedByCancel, At(5_001), out _);
        Assert.Contains(core.Effects.Outcomes(), o => o.Run.Token == Token(0) && o.Run.Outcome == AttemptOutcome.Released);
        core.Effects.Clear();
        // The other one ignores it.
        core.Tick(At(6_000));
        Assert.Contains(core.Effects.Outcomes(), o => o.Run.Token == Token(1) && o.Run.Outcome == AttemptOutcome.Released);
        Assert.False(core.Effects.Drained);
        core.Tick(At(7_000));
        Assert.True(core.Effects.Drained);
    }

    [Fact]
    public void Drain_by_the_router_hands_back_its_jobs_and_ends_when_it_says_so()
    {
        WorkerCore core = Welcomed(slots: 1);
        core.Assigned(Route, Batch(1, Jobs(0, 2)), At(1));
        core.Assigned(Route, Word(last: 1, drain: true), At(2));
        Assert.Equal(Token(1), Assert.Single(core.Effects.Outcomes()).Run.Token);
        core.EndRun(0, Ok, At(3), out _);
        Assert.Equal(1, core.Effects.LastReport().Credit);
        core.Effects.Clear();
        core.Assigned(Route, Word(last: 1, drain: false), At(4));
        Assert.Equal(3, core.Effects.LastReport().Credit);
    }
}
