using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>Why a run of a job went to the worker that it went to, or why it goes to none just now.</summary>
public sealed record DecisionDetails
{
    /// <summary>The run's number, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>When the worker was chosen.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The strategy's id.</summary>
    public string? Strategy { get; init; }

    /// <summary><c>early</c> or <c>late</c>.</summary>
    public string? Binding { get; init; }

    /// <summary><c>static</c> or <c>learned</c>.</summary>
    public string? Weights { get; init; }

    /// <summary>How long before the metrics actor had last spoken, milliseconds; null: never.</summary>
    public double? WeightsAgeMs { get; init; }

    /// <summary>Who was chosen; null: nobody can be just now.</summary>
    public string? Worker { get; init; }

    /// <summary>What decided.</summary>
    public string? Why { get; init; }

    /// <summary>What the scores are and which wins; null: there are none.</summary>
    public string? Score { get; init; }

    /// <summary>The chosen one first, then those that could have been chosen, then the others.</summary>
    public IReadOnlyList<CandidateDetails> Candidates { get; init; } = [];

    /// <summary>Candidates beyond those that are shown.</summary>
    public int LeftOut { get; init; }

    /// <summary>Members that this client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
