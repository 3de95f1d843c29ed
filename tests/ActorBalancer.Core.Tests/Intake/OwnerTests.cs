using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using static ActorBalancer.Core.Tests.Intake.IntakeHarness;

namespace ActorBalancer.Core.Tests.Intake;

/// <summary>Several routers: what is for a queue goes to its owner, while owners come and go.</summary>
public sealed class OwnerTests
{
    private readonly IntakeHarness _h = new();

    public OwnerTests()
    {
        _h.RouterUp(1, isLocal: true);
        _h.RouterUp(2, isLocal: false);
        Tell(1, 100, ("a", 0, 100), ("b", 1, 200));
        Tell(2, 200);
    }

    [Fact]
    public void Batch_goes_to_the_owner_of_its_queue_and_an_unknown_queue_to_this_nodes_router()
    {
        Submit(0, "b");
        Submit(1, "a");
        Submit(2, "new");
        Assert.Equal([2, 1, 1], _h.Batches.Select(b => b.Router));
    }

    [Fact]
    public void Batch_for_several_owners_is_split_and_its_answers_are_one()
    {
        Sink sink = Submit(7, "a", "b", "a", "b", "b");
        Assert.Equal([1, 2], _h.Batches.Select(b => b.Router));
        Assert.Equal([2, 3], _h.Batches.Select(b => b.Jobs.Count));
        _h.Answer(_h.Batches[1], [JobKey.Pack(1, 5, 0), -1, JobKey.Pack(1, 5, 1)], [RefusalCode.None, RefusalCode.QueueFull, RefusalCode.None]);
        Assert.Empty(sink.Answers);
        // An end may come before the whole is answered.
        _h.Finish(Done(_h.Batches[1].Ticket, 2, JobKey.Pack(1, 5, 1)));
        _h.Accept(_h.Batches[0], JobKey.Pack(0, 5, 0));
        Assert.Equal([0, 1, 2, 3, 4], sink.Answers.Select(a => a.Row));
        Assert.Equal(
            [JobKey.Pack(0, 5, 0), JobKey.Pack(1, 5, 0), JobKey.Pack(0, 5, 1), -1, JobKey.Pack(1, 5, 1)], sink.Answers.Select(a => a.Key));
        Assert.Equal(RefusalCode.QueueFull, sink.Answers[3].Code);
        Assert.Equal([(7L, 4)], sink.Ends.Select(e => (e.Ticket, e.Index)));
    }

    [Fact]
    public void Batch_that_one_router_may_have_accepted_is_not_refused_for_certain_by_the_next()
    {
        Sink sink = new();
        JobBatch keyed = JobBatch.From([Job() with { Queue = "b", Key = "k" }]);
        _h.Do(() => _h.Core.Submit(new IntakeBatch(keyed, 7, sink, notify: true), _h.Now, _h.Effects));
        Tell(1, 100, ("b", 1, 100));
        Assert.Equal([2, 1], _h.Sent.Select(b => b.Router));
        _h.Answer(_h.Batches[^1], [-1], [RefusalCode.NotReady]);
        Assert.Equal(RefusalCode.OutcomeUnknown, Assert.Single(sink.Answers).Code);
    }

    [Fact]
    public void Ends_are_asked_of_the_new_owner_where_the_former_one_answers_late()
    {
        Submit(7, "b");
        Tell(1, 100, ("b", 1, 100));
        _h.Accept(_h.Batches[0], JobKey.Pack(1, 5, 0));
        Assert.True(_h.Core.LooksForOwners);
        _h.Tick(1);
        WatchSend watch = Assert.Single(_h.Watches);
        Assert.Equal((1, JobKey.Pack(1, 5, 0)), (watch.Router, watch.Keys[0]));
    }

    [Fact]
    public void Single_submits_of_a_turn_are_grouped_by_owner()
    {
        Caller[] callers = [.. Enumerable.Range(0, 6).Select(i => One(i % 2 == 0 ? "a" : "b"))];
        _h.Flush();
        Assert.Equal([(1, 3), (2, 3)], _h.Batches.Select(b => (b.Router, b.Jobs.Count)));
        _h.Accept(_h.Batches[1], 500);
        Assert.Equal([0, 1, 0, 1, 0, 1], callers.Select(c => c.Answers.Count));
        Assert.Equal((501, RefusalCode.None), callers[3].Answers[0]);
    }

    [Fact]
    public void Whole_batch_over_several_owners_asks_all_of_them_before_any_may_accept()
    {
        Sink sink = SubmitWhole("a", "b");
        Assert.All(_h.Batches, b => Assert.Equal(BatchRule.OnlyAsk, b.Jobs.Rule));
        _h.Answer(_h.Batches[0], [-1], null);
        Assert.Equal(2, _h.Batches.Count);
        _h.Answer(_h.Batches[1], [-1], null);
        Assert.Equal([BatchRule.AllOrNone, BatchRule.AllOrNone], _h.Batches.Skip(2).Select(b => b.Jobs.Rule));
        _h.Accept(_h.Batches[2], 1);
        _h.Accept(_h.Batches[3], 2);
        Assert.Equal([(0L, 0, 1L, RefusalCode.None), (0, 1, 2, RefusalCode.None)], sink.Answers);
    }

    [Fact]
    public void Whole_batch_that_one_owner_would_refuse_reaches_none()
    {
        Sink sink = SubmitWhole("a", "b");
        _h.Answer(_h.Batches[0], [-1], null);
        _h.Answer(_h.Batches[1], [-1], [RefusalCode.UnknownKind]);
        Assert.Equal(2, _h.Batches.Count);
        Assert.Equal([RefusalCode.None, RefusalCode.UnknownKind], sink.Answers.Select(a => a.Code));
    }

    [Fact]
    public void Whole_batch_of_which_an_owner_dies_after_another_accepted_says_that_it_is_unknown()
    {
        Sink sink = SubmitWhole("a", "b");
        _h.Answer(_h.Batches[0], [-1], null);
        _h.Answer(_h.Batches[1], [-1], null);
        _h.Accept(_h.Batches[2], 1);
        _h.RouterGone(2);
        Assert.Equal([RefusalCode.None, RefusalCode.OutcomeUnknown], sink.Answers.Select(a => a.Code));
    }

    [Fact]
    public void Batch_waits_while_its_queue_has_no_owner_that_can_be_reached_and_goes_to_the_next()
    {
        _h.RouterGone(2);
        Sink sink = Submit(1, "b");
        Submit(2, "a");
        Assert.Equal([1], _h.Batches.Select(b => b.Router));
        Tell(1, 100, ("b", 1, 100));
        Assert.Equal([1, 1], _h.Batches.Select(b => b.Router));
        _h.Accept(_h.Batches[1], 7);
        Assert.Equal([RefusalCode.None], sink.Answers.Select(a => a.Code));
    }

    [Fact]
    public void Batch_whose_queue_stays_without_an_owner_is_refused_as_not_ready()
    {
        _h.RouterGone(2);
        Sink sink = Submit(1, "b");
        _h.Tick(9);
        Assert.Empty(sink.Answers);
        _h.Tick(1);
        Assert.Equal([RefusalCode.NotReady], sink.Answers.Select(a => a.Code));
        Assert.False(_h.Core.NeedsTick);
    }

    [Fact]
    public void Batch_that_came_to_the_wrong_router_goes_to_the_right_one()
    {
        Sink sink = Submit(1, "a");
        Tell(1, 100, ("a", 0, 200));
        _h.Do(() => _h.Core.Moved(_h.Batches[0].Ticket, _h.Now, _h.Effects));
        Assert.Equal(2, _h.Batches[1].Router);
        _h.Accept(_h.Batches[1], 3);
        Assert.Equal([3L], sink.Answers.Select(a => a.Key));
    }

    [Fact]
    public void Router_that_says_no_without_saying_who_is_asked_again_a_second_later()
    {
        Sink sink = Submit(1, "a");
        _h.Do(() => _h.Core.Moved(_h.Batches[0].Ticket, _h.Now, _h.Effects));
        Assert.Single(_h.Batches);
        _h.Tick(1);
        Assert.Equal(2, _h.Batches.Count);
        // Never for longer than a submit may wait for a router.
        for (int i = 1; i < 10; i++)
        {
            _h.Do(() => _h.Core.Moved(_h.Batches[^1].Ticket, _h.Now, _h.Effects));
            _h.Tick(1);
        }
        Assert.Equal([RefusalCode.NotReady], sink.Answers.Select(a => a.Code));
    }

    [Fact]
    [Trait("Rule", "11")]
    public void Lost_owner_leaves_jobs_unknown_unless_every_one_has_an_idempotency_key()
    {
        Sink plain = Submit(1, "b"), keyed = Keyed(2, "b"), half = new();
        _h.Do(() => _h.Core.Submit(
            new IntakeBatch(JobBatch.From([Job() with { Queue = "b", Key = "x" }, Job() with { Queue = "b" }]), 3, half, true), _h.Now, _h.Effects));
        _h.RouterGone(2);
        Assert.Equal([RefusalCode.OutcomeUnknown], plain.Answers.Select(a => a.Code));
        Assert.Equal([RefusalCode.OutcomeUnknown, RefusalCode.OutcomeUnknown], half.Answers.Select(a => a.Code));
        Assert.Empty(keyed.Answers);
        Tell(1, 100, ("b", 1, 100));
        Assert.Equal(2, _h.Batches[^1].Tag);
        _h.Accept(_h.Batches[^1], 9);
        Assert.Equal([RefusalCode.None], keyed.Answers.Select(a => a.Code));
    }

    [Fact]
    public void Ends_of_accepted_jobs_are_asked_of_the_next_owner_also_while_the_former_one_lives()
    {
        long key = JobKey.Pack(1, 5, 0);
        Sink sink = Submit(1, "b");
        Caller watcher = _h.Watch(JobKey.Pack(1, 5, 9));
        _h.Flush();
        _h.Accept(_h.Batches[0], key);
        Assert.Equal([2], _h.Watches.Select(w => w.Router));
        Tell(1, 100, ("b", 1, 100));
        Assert.Equal([2, 1, 1], _h.Watches.Select(w => w.Router));
        WatchSend again = _h.Watches.Single(w => w.Router == 1 && w.Keys.Contains(key));
        _h.Finish(Done(again.Ticket, 0, key), Done(_h.Watches[^1].Ticket, 0, JobKey.Pack(1, 5, 9)));
        Assert.Equal([0], sink.Ends.Select(e => e.Index));
        Assert.Single(watcher.Ends);
    }

    [Fact]
    public void Ends_of_one_batch_are_asked_of_both_owners_that_its_queues_have_now()
    {
        Tell(1, 100, ("b", 1, 100));
        Sink sink = Submit(4, "a", "b", "a");
        _h.Answer(_h.Batches[0], [JobKey.Pack(0, 5, 0), JobKey.Pack(1, 5, 0), JobKey.Pack(0, 5, 1)], null);
        Tell(1, 100, ("b", 1, 200));
        Assert.Equal([1, 2], _h.Watches.Select(w => w.Router).Order());
        WatchSend second = _h.Watches.Single(w => w.Router == 2);
        Assert.Equal([-1, JobKey.Pack(1, 5, 0), -1], second.Keys);
        _h.Finish(Done(second.Ticket, 1, JobKey.Pack(1, 5, 0)), Done(second.Ticket, 0, JobKey.Pack(0, 5, 0)), Done(second.Ticket, 2, JobKey.Pack(0, 5, 1)));
        Assert.Equal([1, 0, 2], sink.Ends.Select(e => e.Index));
    }

    [Fact]
    public void End_that_another_router_must_tell_is_asked_for_again()
    {
        long key = JobKey.Pack(0, 5, 3);
        Caller watcher = _h.Watch(key);
        _h.Flush();
        _h.Finish(new FinishedJob { Ticket = _h.Watches[0].Ticket, Key = key, State = JobState.Waiting, Worker = "" });
        Assert.Empty(watcher.Ends);
        Assert.True(_h.Core.NeedsTick);
        Tell(1, 100, ("a", 0, 200));
        Assert.Equal(2, _h.Watches[^1].Router);
        _h.Finish(Done(_h.Watches[^1].Ticket, 0, key));
        Assert.Single(watcher.Ends);
    }

    [Fact]
    public void Question_about_a_job_or_queue_goes_to_the_owner_and_waits_for_it()
    {
        About ofJob = new() { JobKey = JobKey.Pack(1, 5, 0) }, ofQueue = new() { Name = "a" };
        Ask(ofJob);
        Ask(ofQueue);
        Assert.Equal([2, 1], _h.Questions.Select(q => q.Router));
        _h.RouterGone(2);
        Assert.Equal(2, _h.Questions.Count);
        Tell(1, 100, ("b", 1, 100));
        Assert.Equal([2, 1, 1], _h.Questions.Select(q => q.Router));
        Assert.Same(ofJob, _h.Core.Answered(_h.Questions[2].Ticket));
        Assert.Null(_h.Core.Answered(_h.Questions[0].Ticket));
    }

    [Fact]
    public void Question_to_all_goes_to_each_and_what_a_lost_one_would_have_said_is_left_out()
    {
        About all = new() { All = true };
        Ask(all);
        Assert.Equal([1, 2], _h.Questions.Select(q => q.Router));
        all.Answered = true;
        Assert.Same(all, _h.Core.Answered(_h.Questions[0].Ticket));
        _h.RouterGone(2);
        Assert.Equal([RefusalCode.NotReady], all.Refusals);
        Assert.False(_h.Core.NeedsTick);
    }

    [Fact]
    public void Router_that_lost_its_registration_is_asked_still_since_it_knows_whether_its_store_is_away()
    {
        Tell(2, 0);
        Submit(0, "b");
        Assert.Equal([2], _h.Batches.Select(b => b.Router));
        // It has another, and the queue is somebody else's by now.
        Tell(2, 300);
        Submit(1, "b");
        Assert.Single(_h.Batches);
        Tell(1, 100, ("b", 1, 100));
        Assert.Equal(1, _h.Batches[^1].Router);
    }

    [Fact]
    public void Unanswered_submit_with_keys_follows_its_queue_to_the_new_owner()
    {
        Sink keyed = Keyed(1, "b");
        Sink plain = Submit(2, "b");
        Sink stays = Keyed(3, "a");
        Tell(1, 100, ("b", 1, 100));
        Assert.Equal([1, 2, 3, 1], _h.Batches.Select(b => b.Tag));
        Assert.Equal((1, 2), (_h.Batches[3].Router, _h.Batches[1].Router));
        _h.Accept(_h.Batches[3], 7);
        Assert.Equal([(1L, 0, 7L, RefusalCode.None)], keyed.Answers);
        Assert.Empty(plain.Answers);
        Assert.Empty(stays.Answers);
    }

    [Fact]
    public void What_waits_for_room_on_the_wire_to_the_former_owner_goes_to_the_new_one()
    {
        IntakeHarness h = new(new IntakeLimits { RemoteWindowBytes = 1 });
        h.RouterUp(1, isLocal: true);
        h.RouterUp(2, isLocal: false);
        Owners(1, 100, "b", 200);
        Owners(2, 200, "b", 200);
        foreach (int tag in new[] { 1, 2 })
            h.Do(() => h.Core.Submit(new IntakeBatch(JobBatch.From([Job() with { Queue = "b" }], BatchRule.RowByRow), tag, new Sink(), notify: true), h.Now, h.Effects));
        Assert.Equal([2], h.Batches.Select(b => b.Router));
        Owners(1, 100, "b", 100);
        Assert.Equal([(2, 1L), (1, 2L)], h.Batches.Select(b => (b.Router, b.Tag)));

        void Owners(int router, long incarnation, string queue, long owner) =>
            h.Do(() => h.Core.Owners(router, incarnation, [new QueueOwner(queue, 1, owner)], h.Now, h.Effects));
    }

    [Fact]
    public void Question_to_all_is_asked_again_when_nobody_has_answered_and_the_last_one_says_no()
    {
        About all = new() { All = true };
        Ask(all);
        _h.Do(() => _h.Core.Moved(_h.Questions[0].Ticket, _h.Now, _h.Effects));
        Assert.Equal([RefusalCode.NotReady], all.Refusals);
        _h.Do(() => _h.Core.Moved(_h.Questions[1].Ticket, _h.Now, _h.Effects));
        Assert.Equal((1, 2), (all.Back, _h.Questions.Count));
        _h.Tick(1);
        Assert.Equal([1, 2], _h.Questions.Skip(2).Select(q => q.Router));
        Assert.Same(all, _h.Core.Answered(_h.Questions[2].Ticket));
        Assert.Same(all, _h.Core.Answered(_h.Questions[3].Ticket));
    }

    [Fact]
    public void Question_to_all_does_not_wait_long_for_one_that_is_silent()
    {
        About all = new() { All = true };
        Ask(all);
        _h.Core.Answered(_h.Questions[1].Ticket);
        all.Answered = true;
        _h.Tick(2);
        Assert.Single(all.Refusals);
    }

    private void Ask(Question question) => _h.Do(() => _h.Core.Ask(question, _h.Now, _h.Effects));

    private void Tell(int router, long incarnation, params (string Name, int Number, long Owner)[] queues) => _h.Do(() =>
        _h.Core.Owners(router, incarnation, [.. queues.Select(q => new QueueOwner(q.Name, q.Number, q.Owner))], _h.Now, _h.Effects));

    private Sink Submit(long tag, params string[] queues) => Submit(tag, BatchRule.RowByRow, queues.Select(q => Job() with { Queue = q }));

    private Sink SubmitWhole(params string[] queues) => Submit(0, BatchRule.AllOrNone, queues.Select(q => Job() with { Queue = q }), notify: false);

    private Sink Keyed(long tag, string queue) => Submit(tag, BatchRule.RowByRow, [Job() with { Queue = queue, Key = "k" }]);

    private Sink Submit(long tag, BatchRule rule, IEnumerable<JobRequest> jobs, bool notify = true)
    {
        Sink sink = new();
        _h.Do(() => _h.Core.Submit(new IntakeBatch(JobBatch.From([.. jobs], rule), tag, sink, notify), _h.Now, _h.Effects));
        return sink;
    }

    private Caller One(string queue)
    {
        Caller caller = new();
        _h.Do(() => _h.Core.Submit(Job() with { Queue = queue }, caller, _h.Now, _h.Effects));
        return caller;
    }

    private sealed class About : Question
    {
        public long? JobKey { get; init; }

        public string? Name { get; init; }

        public bool All { get; init; }

        public bool Answered { get; set; }

        public int Back { get; private set; }

        public override void TakenBack() => Back++;

        public List<RefusalCode> Refusals { get; } = [];

        public override bool IsRepeatable => true;

        public override long? Key => JobKey;

        public override string? Queue => Name;

        public override bool ToAll => All;

        public override bool IsPartlyAnswered => Answered;

        public override void Refused(RefusalCode code, string detail) => Refusals.Add(code);
    }
}
