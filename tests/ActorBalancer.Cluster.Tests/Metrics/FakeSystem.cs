using ActorBalancer.Cluster.Metrics;

namespace ActorBalancer.Cluster.Tests.Metrics;

/// <summary>A system of strings.</summary>
internal sealed class FakeSystem : ISystemSource
{
    public Dictionary<string, string> Files { get; } = [];

    public TimeSpan CpuTime { get; set; }

    public long ResidentBytes { get; set; } = 1_000;

    public int Processors { get; set; } = 4;

    public long MemoryBytes { get; set; } = 8_000_000;

    public string? Read(string path) => Files.GetValueOrDefault(path);
}
