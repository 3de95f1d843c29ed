using ActorBalancer.Load;
using ActorBalancer.Options;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using static ActorBalancer.Cluster.Metrics.IMetricsProtocol;

namespace ActorBalancer.Cluster.Metrics;

/// <summary>
/// Samples this node and publishes what it measured to all router nodes. On a router node it also merges what all nodes
/// publish with what the router says of its workers, and decides the weights: the dispatcher knows them from nowhere else.
/// </summary>
internal sealed class MetricsActor : UntypedActor, IWithTimers
{
    public const string Topic = "actorbalancer.samples";

    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(15);

    private readonly MetricsOptions _options;
    private readonly ProcessSampler _sampler;
    private readonly TimeProvider _time;
    private readonly LoadBook _book;
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<long, Address> _nodes = [];
    private readonly HashSet<IActorRef> _nodeWeightsTo = [];
    private NodeWeights? _nodeWeights;
    private NodeSample? _unpublished;
    private IActorRef? _router;
    private IActorRef? _samplesTo;
    private long _sentVersion;
    private long? _sentAt;

    public MetricsActor(MetricsOptions options, ProcessSampler sampler, TimeProvider time)
    {
        _options = options;
        _sampler = sampler;
        _time = time;
        _book = new LoadBook(new SlowStart(options.SlowStart, options.SlowStartFrom), Now());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(MetricsOptions options, ProcessSampler sampler, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new MetricsActor(options, sampler, time));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(SampleNow), SampleNow.Instance, _options.SampleInterval);
        Timers.StartPeriodicTimer(nameof(PublishNow), PublishNow.Instance, _options.PublishInterval);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeSample m: _book.Read(m); break;
            case SampleNow: Sample(); break;
            case PublishNow: Publish(); break;
            case WeighNow: Weigh(); break;
            case WorkerKnown m: OnWorker(m); break;
            case Runs m: _book.Read(m.Tallies, Now()); break;
            case WorkerForgotten m: OnForgotten(m); break;
            case SendWeightsTo m: OnRouter(m.Router); break;
            case SendSamplesTo m: _samplesTo = m.Router; break;
            case SendNodeWeightsTo m: OnNodeRouter(m.Router); break;
            case Terminated m: _nodeWeightsTo.Remove(m.ActorRef); break;
            case GetSamples: Sender.Tell(new Samples(_book.Samples())); break;
            case SubscribeAck: break;
            default:
                _log.Warning("Metrics actor got a message of unexpected type {Type}", message.GetType());
                Unhandled(message);
                break;
        }
    }

    private void OnRouter(IActorRef router)
    {
        if (_router is null) _mediator.Tell(new Subscribe(Topic, Self));
        _router = router;
        _sentVersion = 0;
        _sentAt = null;
        Weigh();
    }

    private void OnWorker(WorkerKnown m)
    {
        _log.Debug("Worker {Name} of incarnation {Incarnation} has weight {Weight}", m.Name, m.Incarnation, m.Weight);
        if (m.Node is { } node) _nodes[m.Incarnation] = node;
        // Strategies take a worker of unknown weight for an average one: told a second later, a slow start would begin with a flood.
        if (_book.Join(m.Incarnation, m.Weight, Now()))
            _sentAt = null;
        Weigh();
    }

    private void OnNodeRouter(IActorRef router)
    {
        if (!_nodeWeightsTo.Add(router)) return;
        Context.Watch(router);
        if (_nodeWeights is not null) router.Tell(_nodeWeights);
    }

    private void OnForgotten(WorkerForgotten m)
    {
        _book.Leave(m.Incarnation);
        _nodes.Remove(m.Incarnation);
        Weigh();
    }

    private void Sample()
    {
        try
        {
            _unpublished = _sampler.Take();
        }
        catch (Exception e)
        {
            // A restart would forget the workers and their weights; a missing sample costs nothing.
            _log.Warning(e, "This node could not be sampled");
        }
    }

    private void Publish()
    {
        if (_unpublished is not null) _mediator.Tell(new Publish(Topic, _unpublished));
        _unpublished = null;
        _samplesTo?.Tell(new Samples(_book.Samples()));
        Weigh();
    }

    /// <summary>
    /// Sends what changed, at once if nothing was sent for the interval, else when it is over: tables are rebuilt by it,
    /// so a herd of workers that form a cluster must not cause one rebuild each.
    /// </summary>
    private void Weigh()
    {
        if (_router is null) return;
        long now = _time.GetTimestamp();
        TimeSpan wait = _sentAt is long sentAt ? _options.PublishInterval - _time.GetElapsedTime(sentAt, now) : TimeSpan.Zero;
        if (wait > TimeSpan.Zero)
        {
            if (!Timers.IsTimerActive(nameof(WeighNow))) Timers.StartSingleTimer(nameof(WeighNow), WeighNow.Instance, wait);
            return;
        }

        Weights weights = _book.Weigh(Now());
        // Repeated now and then, so that the dispatcher knows that they hold.
        if (weights.Version == _sentVersion && (_sentAt is not long last || _time.GetElapsedTime(last, now) < Repeat)) return;
        _sentVersion = weights.Version;
        _sentAt = now;
        _router.Tell(weights);
        TellNodeWeights(weights);
    }

    private void TellNodeWeights(Weights weights)
    {
        Dictionary<Address, double> nodes = [];
        foreach (WorkerWeight worker in weights.Workers)
        {
            if (_nodes.TryGetValue(worker.WorkerIncarnation, out Address? node))
                nodes[node] = nodes.GetValueOrDefault(node) + (worker.Ejected is null ? worker.Effective * worker.Speed / 1_000 : 0);
        }
        _nodeWeights = new NodeWeights(nodes);
        foreach (IActorRef router in _nodeWeightsTo)
            router.Tell(_nodeWeights);
    }

    private Moment Now() => new(
        (long)_time.GetElapsedTime(0, _time.GetTimestamp()).TotalMicroseconds, _time.GetUtcNow().ToUnixTimeMilliseconds());

    private sealed record SampleNow
    {
        public static SampleNow Instance { get; } = new();
    }

    private sealed record PublishNow
    {
        public static PublishNow Instance { get; } = new();
    }

    private sealed record WeighNow
    {
        public static WeighNow Instance { get; } = new();
    }
}
