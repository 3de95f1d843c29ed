namespace ActorBalancer.Hosting;
internal static class KnownStrategies { public static string[] Ids { get; } = ["round-robin", "random", "weighted-round-robin", "least-connections", "source-hash"]; }
