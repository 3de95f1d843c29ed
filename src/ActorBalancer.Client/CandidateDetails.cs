using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>A worker as the strategy saw it when it decided.</summary>
public sealed record CandidateDetails
{
    /// <summary>Its name.</summary>
    public required string Worker { get; init; }

    /// <summary>By the rule in <see cref="DecisionDetails.Score"/>; null: it has none, or it is no longer known.</summary>
    public double? Score { get; init; }

    /// <summary>The jobs that counted as in flight there.</summary>
    public int Load { get; init; }

    /// <summary>Jobs that it runs at once.</summary>
    public int Slots { get; init; }

    /// <summary>Its effective weight.</summary>
    public double Weight { get; init; }

    /// <summary>The age of its last report in milliseconds; null: it had not reported.</summary>
    public double? ViewMs { get; init; }

    /// <summary>Why it was not chosen; null: it was.</summary>
    public string? WhyNot { get; init; }

    /// <summary>What had moved its weight or load.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Members that this client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
