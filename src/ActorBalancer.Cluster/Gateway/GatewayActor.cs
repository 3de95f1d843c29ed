using System.Text.Json;
using ActorBalancer.Intake;
using Akka.Actor;
using Akka.Event;
using static ActorBalancer.Cluster.Gateway.IClientProtocol;
using static ActorBalancer.Cluster.Gateway.IGatewayProtocol;
using static ActorBalancer.Cluster.Membership.IMembershipProtocol;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>
/// Where jobs enter, on every node that has a client. Feeds <see cref="IntakeCore"/> and carries out its effects; finds
/// the routers by membership. Single submits are collected until the mailbox runs dry: the first one sends this actor a
/// message that comes behind all that is already there.
/// </summary>
internal sealed class GatewayActor : UntypedActor, IWithTimers
{
    /// <summary>Where routers live, on every node that has one.</summary>
    public const string RouterPath = "user/actorbalancer/router";

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly GatewaySettings _settings;
    private readonly IntakeCore _core;
    private readonly IntakeEffects _effects = new();
    private readonly KnownRouters _routers = new();
    private readonly long _start;
    private readonly Address _self;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private bool _flushTold;

    public GatewayActor(GatewaySettings settings)
    {
        _settings = settings;
        _core = new IntakeCore(settings.Limits);
        _start = settings.Clock.GetTimestamp();
        _self = ((ExtendedActorSystem)Context.System).Provider.DefaultAddress;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(GatewaySettings settings) => Akka.Actor.Props.Create(() => new GatewayActor(settings));

    private Moment Now => new(
        (long)_settings.Clock.GetElapsedTime(_start).TotalMicroseconds,
        _settings.Clock.GetUtcNow().ToUnixTimeMilliseconds());

    protected override void PreStart()
    {
        if (_settings.LocalRouter is { } local)
            Up(_routers.Add(address: null, uid: 0), local);
        _settings.Membership.Tell(new Subscribe(Self));
        Timers.StartPeriodicTimer(nameof(Tick), new Tick(), TickInterval);
    }

    protected override void PostStop()
    {
        _core.Stop(Now, _effects);
        CarryOut();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SubmitMany m: _core.Submit(m.Batch, Now, _effects); break;
            case JobsFinished m: _core.Finished(m.Jobs, _effects); break;
            case SubmitAnswer m: _core.Answered(m.Ticket, m.Keys, m.Codes, m.Detail, Now, _effects, m.Known); break;
            case SubmitOne m: _core.Submit(m.Job, m.Caller, Now, _effects); break;
            case Flush: OnFlush(); break;
            case Watch m: _core.Watch(m.Key, m.Watcher, _effects); break;
            case Unwatch m: _core.Unwatch(m.Key, m.Watcher); break;
            case Ask m: _core.Ask(m.Question, Now, _effects); break;
            case SubmitJob m: OnSubmitJob(m, Sender); break;
            case Owners m: OnOwners(m, Sender); break;
            case Moved m: _core.Moved(m.Ticket, Now, _effects); break;
            case IGatewayProtocol m: (_core.Answered(m.Ticket) as RouterQuestion)?.Answered(m); break;
            case Tick: OnTick(); break;
            case NodeJoined m: OnJoined(m); break;
            case NodeUnreachable m: OnSuspect(_routers.Find(m.Node, m.Uid)); break;
            case NodeDisconnected m: OnDisconnected(m.Node); break;
            case NodeReachable m: OnReachable(_routers.Find(m.Node, m.Uid)); break;
            case NodeRemoved m: Gone(_routers.Find(m.Node, m.Uid)); break;
            case ProcessGone m: OnProcessGone(m.Node); break;
            case NodeLeaving or NodeDowned: break;
            case ActorIdentity m: OnIdentity(m); break;
            case Terminated m: Gone(_routers.Find(m.ActorRef)); break;
            case Stop: OnStop(Sender); break;
            default:
                _log.Warning("Gateway actor got a message of unexpected type {Type}", message.GetType());
                Unhandled(message);
                break;
        }
        CarryOut();
    }

    private void OnFlush()
    {
        _flushTold = false;
        _core.Flush(Now, _effects);
    }

    private void OnTick()
    {
        foreach (RouterNode node in _routers.Unanswered)
            AskWho(node);
        if (_core.NeedsTick)
            _core.Tick(Now, _effects);
        if (!_core.LooksForOwners)
            return;
        foreach (IActorRef router in _routers.Answered)
            router.Tell(new WatchOwners(0));
    }

    private void OnStop(IActorRef sender)
    {
        _core.Stop(Now, _effects);
        CarryOut();
        sender.Tell(new Stopped());
    }

    private void OnSubmitJob(SubmitJob message, IActorRef sender)
    {
        ActorSubmitter caller = new(sender, Self);
        byte[] payload;
        try
        {
            payload = _settings.Json.Write(message.Args, message.Args.GetType());
        }
        catch (Exception fault)
        {
            // It runs the application's getters and converters, which may throw anything; the others' jobs go on.
            caller.Answered(-1, RefusalCode.Invalid, $"The argument cannot be written as JSON: {fault.Message}");
            return;
        }
        RefusalCode code = Requests.Make(message.Kind, payload, message.Options ?? new(), _settings.Clock, out JobRequest job, out string? detail);
        if (code == RefusalCode.None)
            code = JobRequestValidator.Check(job, _settings.PayloadLimit, out detail);
        if (code == RefusalCode.None)
            _core.Submit(job, caller, Now, _effects);
        else
            caller.Answered(-1, code, detail);
    }

    private void OnJoined(NodeJoined message)
    {
        // This node's own router was there from the start.
        if (!message.IsRouter || message.Node.Equals(_self) || _routers.Find(message.Node, message.Uid) is not null)
            return;
        AskWho(_routers.Add(message.Node, message.Uid));
    }

    private void OnDisconnected(Address address)
    {
        foreach (RouterNode node in _routers.At(address))
            OnSuspect(node);
    }

    private static void OnSuspect(RouterNode? node)
    {
        if (node is not null)
            node.IsSuspect = true;
    }

    private static void OnReachable(RouterNode? node)
    {
        if (node is not { IsSuspect: true })
            return;
        node.IsSuspect = false;
        AskWho(node);
    }

    private void OnProcessGone(Address address)
    {
        foreach (RouterNode node in _routers.Suspects(address))
            Gone(node);
    }

    private static void AskWho(RouterNode node)
    {
        node.IsAsked = true;
        Context.ActorSelection(new RootActorPath(node.Address!) / RouterPath.Split('/')).Tell(new Identify(node.Number));
    }

    private void OnIdentity(ActorIdentity answer)
    {
        // No subject: the router actor is not there yet, and is asked again with the next tick.
        if (answer.Subject is not { } router || answer.MessageId is not int number || _routers.Find(number) is not { IsAsked: true } node)
            return;
        if (node.Ref is not null && !node.Ref.Equals(router))
        {
            Context.Unwatch(node.Ref);
            _core.RouterGone(node.Number, Now, _effects);
        }
        Up(node, router);
    }

    private void Up(RouterNode node, IActorRef router)
    {
        node.IsAsked = false;
        node.Ref = Context.Watch(router);
        // Before anything else is asked there: it answers in that order.
        router.Tell(new WatchOwners(0));
        _core.RouterUp(node.Number, isLocal: node.Address is null, Now, _effects);
        CarryOut();
    }

    private void OnOwners(Owners owners, IActorRef sender)
    {
        if (_routers.Find(sender) is { } node)
            _core.Owners(node.Number, owners.Incarnation, owners.Queues, Now, _effects);
    }

    private void Gone(RouterNode? node)
    {
        if (node is null)
            return;
        _routers.Remove(node);
        if (node.Ref is null)
            return;
        Context.Unwatch(node.Ref);
        _core.RouterGone(node.Number, Now, _effects);
    }

    private void CarryOut()
    {
        IntakeEffects effects = _effects;
        foreach (IntakeBatch batch in effects.Batches)
            _routers.Find(batch.Router)!.Ref!.Tell(new SubmitBatch(batch.Ticket, batch.Jobs, batch.Notify));
        foreach (WatchSend watch in effects.Watches)
            _routers.Find(watch.Router)!.Ref!.Tell(new WatchJobs(watch.Ticket, watch.Keys));
        foreach (QuestionSend ask in effects.Questions)
            _routers.Find(ask.Router)!.Ref!.Tell(((RouterQuestion)ask.Question).Message(ask.Ticket));
        foreach (SubmitReply reply in effects.Replies)
        {
            if (reply.IsKnown)
                reply.Caller.Known(reply.Key);
            else
                reply.Caller.Answered(reply.Key, reply.Code, reply.Detail);
        }
        foreach (BatchReply reply in effects.BatchReplies)
            reply.Sink.Answered(reply.Tag, reply.Keys, reply.Codes, reply.Detail);
        foreach (Delivery delivery in effects.Deliveries)
            delivery.Sink.Finished(delivery.Jobs, delivery.From, delivery.Count);
        foreach (WatchReply reply in effects.WatchReplies)
            reply.Watcher.Finished(reply.Job);
        foreach (QuestionRefusal refusal in effects.Refusals)
            refusal.Question.Refused(refusal.Code, refusal.Detail);
        effects.Clear();

        if (_core.NeedsFlush && !_flushTold)
        {
            _flushTold = true;
            Self.Tell(new Flush());
        }
    }

    /// <summary>The mailbox is dry as far as the first collected submit is concerned.</summary>
    private sealed record Flush;

    private sealed record Tick;

    private sealed class ActorSubmitter(IActorRef sender, IActorRef self) : ISubmitter
    {
        public void Answered(long key, RefusalCode code, string? detail)
        {
            if (code == RefusalCode.None)
                sender.Tell(new JobAccepted(new JobId(key)), self);
            else
                sender.Tell(new JobRefused(code, detail!), self);
        }
    }
}
