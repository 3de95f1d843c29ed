using ActorBalancer.Cluster.Metrics;
using Akka.Actor;
using Akka.Cluster;

namespace ActorBalancer.Cluster.Routing;

/// <summary>Beside the routees of a pool or group whose weights depend on members or on the metrics actor: brings the news to the router's logic.</summary>
internal sealed class WeightsActor(RouteeWeights weights) : UntypedActor, IWithTimers
{
    public const string MetricsPath = "/user/actorbalancer/metrics";

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RouteeWeights weights) => Akka.Actor.Props.Create(() => new WeightsActor(weights));

    protected override void PreStart()
    {
        if (weights.NeedsMembers)
            Akka.Cluster.Cluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        // Again and again: the balancer may start after this router, and start again.
        if (weights.NeedsMetrics)
            Timers.StartPeriodicTimer(nameof(AskForWeights), AskForWeights.Instance, TimeSpan.Zero, AskAgain);
    }

    protected override void PostStop()
    {
        if (weights.NeedsMembers)
            Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberRemoved m: weights.Left(m.Member.Address); break;
            case ClusterEvent.IMemberEvent m: weights.Joined(m.Member.Address, m.Member.Roles); break;
            case AskForWeights: Context.ActorSelection(MetricsPath).Tell(new IMetricsProtocol.SendNodeWeightsTo(Self)); break;
            case IMetricsProtocol.NodeWeights m: weights.Learned(m.Weights); break;
            default: Unhandled(message); break;
        }
    }

    private sealed record AskForWeights
    {
        public static AskForWeights Instance { get; } = new();
    }
}
