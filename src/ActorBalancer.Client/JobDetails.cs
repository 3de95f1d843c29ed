using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>A job as the node shows it.</summary>
public sealed record JobDetails
{
    /// <summary>The public id.</summary>
    public required string Id { get; init; }

    /// <summary>The stable name of its type.</summary>
    public required string Kind { get; init; }

    /// <summary>Its queue.</summary>
    public required string Queue { get; init; }

    /// <summary>Affinity and order key.</summary>
    public string? Source { get; init; }

    /// <summary>Where it is in its life, one of the words of <see cref="JobState"/> in small letters.</summary>
    public required string State { get; init; }

    /// <summary>Of a dead job: <c>attempts</c>, <c>poisoned</c> or <c>expired</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it waits, if something else than a free slot is missing.</summary>
    public string? Waiting { get; init; }

    /// <summary>The number of the newest attempt that started; 0 if none did.</summary>
    public int Attempt { get; init; }

    /// <summary>The worker of the newest attempt.</summary>
    public string? Worker { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>When the newest attempt started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it became final.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The result as the node shows it in JSON; its very bytes come from <see cref="BalancerClient.GetResultAsync"/>.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>How many bytes the result has, JSON or not; null: there is none.</summary>
    public long? ResultBytes { get; init; }

    /// <summary>The newest attempt's error.</summary>
    public string? Error { get; init; }

    /// <summary>The attempts that started, oldest first; null or empty in a listing.</summary>
    public IReadOnlyList<AttemptDetails>? Attempts { get; init; }

    /// <summary>How far it says that it is, while it runs; null: it has not said, or does not run.</summary>
    public ProgressDetails? Progress { get; init; }

    /// <summary>Why its runs went where they went, oldest first, as long as its router remembers; null or empty in a listing.</summary>
    public IReadOnlyList<DecisionDetails>? Decisions { get; init; }

    /// <summary>Members that this client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }

    /// <summary>Whether nothing will happen to it by itself any more.</summary>
    [JsonIgnore]
    public bool IsFinal => State is "succeeded" or "discarded" or "cancelled" or "dead";
}
