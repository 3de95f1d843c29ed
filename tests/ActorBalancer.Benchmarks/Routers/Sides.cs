using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Benchmarks.Routers;

/// <summary>What is compared: a router of Akka's and ours for the same purpose.</summary>
/// <param name="Name">Of the strategy.</param>
/// <param name="Akka">Makes theirs.</param>
/// <param name="Ours">Makes ours.</param>
internal sealed record Pair(string Name, Func<ActorSystem, RoutingLogic> Akka, Func<ActorSystem, RoutingLogic> Ours);

internal static class Sides
{
    public static Pair[] Pairs { get; } =
    [
        new("round-robin", _ => new RoundRobinRoutingLogic(), s => Of(s, "round-robin")),
        new("random", _ => new RandomLogic(), s => Of(s, "random")),
        new("source-hash", s => new ConsistentHashingRoutingLogic(s, 0, m => m), s => new BalancerRoutingLogic(s, new() { Strategy = "source-hash", Source = m => m, Seed = 1 })),
        new("least-connections (told)", _ => new SmallestMailboxRoutingLogic(), s => Of(s, "least-connections")),
        new("weighted-round-robin", _ => new RoundRobinRoutingLogic(), s => Of(s, "weighted-round-robin")),
    ];

    public static BalancerRoutingLogic Of(ActorSystem system, string strategy) => new(system, new() { Strategy = strategy, Seed = 1 });
}
