using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>One run of a job that started.</summary>
public sealed record AttemptDetails
{
    /// <summary>Its number, from 1.</summary>
    public int N { get; init; }

    /// <summary>The worker's name.</summary>
    public string? Worker { get; init; }

    /// <summary>By the worker's clock.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public string? Outcome { get; init; }

    /// <summary>The exception's message or the handler's reason.</summary>
    public string? Error { get; init; }

    /// <summary>What chose the worker.</summary>
    public string? Why { get; init; }

    /// <summary>Members that this client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
