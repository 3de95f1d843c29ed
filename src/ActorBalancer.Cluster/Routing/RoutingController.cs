using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <summary>Whom a router of ours needs beside its routees.</summary>
internal static class RoutingController
{
    /// <summary>Null: nobody.</summary>
    public static Props? Of(RoutingLogic logic) =>
        logic is BalancerRoutingLogic { Weighing: { NeedsNews: true } weights } ? WeightsActor.Props(weights) : null;
}
