using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>The weights of a queue, now and before.</summary>
public sealed record QueueWeightDetails
{
    /// <summary>The queue.</summary>
    public required string Queue { get; init; }

    /// <summary>Its strategy's id.</summary>
    public required string Strategy { get; init; }

    /// <summary>Where its weights come from: <c>static</c> or <c>learned</c>.</summary>
    public required string Weights { get; init; }

    /// <summary>One a worker.</summary>
    public IReadOnlyList<WorkerWeightDetails> Workers { get; init; } = [];

    /// <summary>What changed, oldest first, as far back as it is kept and asked for.</summary>
    public IReadOnlyList<WeightChangeDetails> History { get; init; } = [];

    /// <summary>Members that this client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
