namespace ActorBalancer.Benchmarks.Pick;

/// <summary>What ours and theirs have in common.</summary>
internal static class Workload
{
    /// <summary>Picks an invocation, so that the harness's own cost vanishes.</summary>
    public const int Picks = 4096;

    /// <summary>The keys of the hashing policies.</summary>
    public static readonly string[] Sources = [.. Enumerable.Range(0, Picks).Select(i => $"customer-{i}")];
}
