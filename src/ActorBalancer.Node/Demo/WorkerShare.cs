using System.Text.Json.Serialization;

namespace ActorBalancer.Node.Demo;

/// <summary>A worker's part in a strategy's jobs.</summary>
/// <param name="Name">The worker.</param>
/// <param name="Share">Its part of the jobs that ended, 0 to 1.</param>
/// <param name="Promised">
/// The part that the strategy promises it among the workers present at the start; null for one that joined since.
/// </param>
internal sealed record WorkerShare(string Name, double Share, double? Promised)
{
    [JsonIgnore]
    public int Slots { get; init; }

    [JsonIgnore]
    public int Jobs { get; init; }

    /// <summary>When its last job ended, from the first submit; null if it had none.</summary>
    [JsonIgnore]
    public TimeSpan? LastEnd { get; init; }
}
