using System.Text.Json.Serialization;

namespace ActorBalancer.Node.Demo;

/// <summary>A worker that the demo killed.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Pid">Its process.</param>
/// <param name="RerunMs">From the kill until the last of its running jobs had started elsewhere; null if none was lost.</param>
internal sealed record KilledWorker(string Worker, int Pid, double? RerunMs)
{
    [JsonIgnore]
    public int Running { get; init; }

    [JsonIgnore]
    public double? FirstRerunMs { get; init; }

    [JsonIgnore]
    public int Reruns { get; init; }
}
