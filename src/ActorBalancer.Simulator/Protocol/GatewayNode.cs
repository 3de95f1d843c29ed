using ActorBalancer.Dispatch;
using ActorBalancer.Intake;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>A gateway: the production machine, and what its shell does to find the routers.</summary>
internal sealed class GatewayNode : Process
{
    private readonly IntakeCore _core = new(new IntakeLimits { BatchJobs = 8, RemoteWindowBytes = 4_096 });
    private readonly IntakeEffects _effects = new();
    private readonly List<Seat> _seats = [];
    private int _lastNumber;
    private bool _flushTold;

    public GatewayNode(World world, Host host) : base(world, host)
    {
    }

    /// <summary>Submits whose answers or ends somebody waits for here.</summary>
    public HashSet<Submission> Open { get; } = [];

    /// <summary>Some accepted job's end is still to be told.</summary>
    public bool HasUntold => Open.Any(submission => submission.Untold.Any());

    public override void Start()
    {
        World.Membership.Join(this);
        Later(Moment.PerSecond, Tick);
    }

    public void Submit(Submission submission)
    {
        Open.Add(submission);
        if (submission.Single is { } job)
            _core.Submit(job, submission, Clock, _effects);
        else
            _core.Submit(new IntakeBatch(submission.Batch!, tag: 1, submission, submission.Notify), Clock, _effects);
        CarryOut();
    }

    public void Ask(Order order)
    {
        _core.Ask(order, Clock, _effects);
        CarryOut();
    }

    public override void Die(string why)
    {
        base.Die(why);
        foreach (Submission submission in Open)
            submission.Lost();
    }

    public override void Receive(object message, Process from)
    {
        switch (message)
        {
            case RouterIsHere: OnRouter(from); break;
            case OwnersTold m when _seats.Find(s => s.Router == from && s.IsUp) is { } seat: _core.Owners(seat.Number, m.Incarnation, m.Queues, Clock, _effects); break;
            case SubmitAnswered m: _core.Answered(m.Ticket, m.Answer.Keys, m.Answer.Codes, m.Answer.Detail, Clock, _effects, m.Answer.Known); break;
            case JobsEnded m: _core.Finished([.. m.Jobs], _effects); break;
            case Moved m: _core.Moved(m.Ticket, Clock, _effects); break;
            case OrderAnswered m: _core.Answered(m.Ticket); break;
        }
        CarryOut();
    }

    public override void Told(MemberNews news, Process subject)
    {
        if (subject is not RouterNode)
            return;
        Seat? seat = _seats.Find(s => s.Router == subject);
        switch (news)
        {
            case MemberNews.Joined when seat is null:
                _seats.Add(seat = new Seat(++_lastNumber, subject));
                AskWho(seat);
                break;
            case MemberNews.Disconnected or MemberNews.Unreachable when seat is not null:
                seat.IsSuspect = true;
                break;
            case MemberNews.Reachable when seat is { IsSuspect: true }:
                seat.IsSuspect = false;
                AskWho(seat);
                break;
            case MemberNews.Gone when seat is { IsSuspect: true }:
            case MemberNews.Removed when seat is not null:
                _seats.Remove(seat);
                if (seat.IsUp)
                    _core.RouterGone(seat.Number, Clock, _effects);
                break;
        }
        CarryOut();
    }

    private void OnRouter(Process router)
    {
        if (_seats.Find(s => s.Router == router) is not { IsAsked: true } seat)
            return;
        seat.IsAsked = false;
        seat.IsUp = true;
        World.Network.Send(this, router, new WatchOwners());
        _core.RouterUp(seat.Number, isLocal: false, Clock, _effects);
    }

    private void AskWho(Seat seat)
    {
        seat.IsAsked = true;
        World.Network.Send(this, seat.Router, new WhoIsThere());
    }

    private void Tick()
    {
        Later(Moment.PerSecond, Tick);
        foreach (Seat seat in _seats.Where(s => s.IsAsked))
            AskWho(seat);
        if (_core.NeedsTick)
            _core.Tick(Clock, _effects);
        foreach (Seat seat in _core.LooksForOwners ? _seats.Where(s => s.IsUp) : [])
            World.Network.Send(this, seat.Router, new WatchOwners());
        CarryOut();
    }

    private void CarryOut()
    {
        IntakeEffects effects = _effects;
        foreach (IntakeBatch batch in effects.Batches)
            Send(batch.Router, new SubmitSent(batch.Ticket, batch.Jobs, batch.Notify));
        foreach (WatchSend watch in effects.Watches)
            Send(watch.Router, new WatchSent(watch.Ticket, watch.Keys));
        foreach (QuestionSend ask in effects.Questions)
            Send(ask.Router, new OrderSent(ask.Ticket, (Order)ask.Question));
        SubmitReply[] replies = [.. effects.Replies];
        BatchReply[] batches = [.. effects.BatchReplies];
        Delivery[] deliveries = [.. effects.Deliveries];
        effects.Clear();
        foreach (SubmitReply reply in replies)
            reply.Caller.Answered(reply.Key, reply.Code, reply.Detail);
        foreach (BatchReply reply in batches)
            reply.Sink.Answered(reply.Tag, reply.Keys, reply.Codes, reply.Detail);
        foreach (Delivery delivery in deliveries)
            delivery.Sink.Finished(delivery.Jobs, delivery.From, delivery.Count);
        if (!_core.NeedsFlush || _flushTold)
            return;
        _flushTold = true;
        Later(0, () =>
        {
            _flushTold = false;
            _core.Flush(Clock, _effects);
            CarryOut();
        });
    }

    private void Send(int router, object message) => World.Network.Send(this, _seats.Find(s => s.Number == router)!.Router, message);

    private sealed class Seat(int number, Process router)
    {
        public int Number { get; } = number;

        public Process Router { get; } = router;

        public bool IsAsked { get; set; }

        public bool IsUp { get; set; }

        public bool IsSuspect { get; set; }
    }
}
