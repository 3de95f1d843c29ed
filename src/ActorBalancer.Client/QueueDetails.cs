using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>A queue as its owner sees it.</summary>
public sealed record QueueDetails
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>running</c> or <c>paused</c>.</summary>
    public required string State { get; init; }

    /// <summary>The strategy's id.</summary>
    public required string Strategy { get; init; }

    /// <summary>When jobs are bound to workers: <c>early</c> or <c>late</c>.</summary>
    public required string Binding { get; init; }

    /// <summary>Where the weights of workers come from: <c>static</c> or <c>learned</c>.</summary>
    public required string Weights { get; init; }

    /// <summary>Jobs that could run now.</summary>
    public long Waiting { get; init; }

    /// <summary>Jobs at workers.</summary>
    public long Running { get; init; }

    /// <summary>Jobs that wait for their time, retries included.</summary>
    public long Scheduled { get; init; }

    /// <summary>Jobs given up, as far as they are kept.</summary>
    public long Dead { get; init; }

    /// <summary>The router node's name.</summary>
    public string? Owner { get; init; }

    /// <summary>The router node's incarnation.</summary>
    public long Inc { get; init; }

    /// <summary>Kinds with waiting jobs that no worker offers now.</summary>
    public IReadOnlyList<string>? UnofferedKinds { get; init; }

    /// <summary>Members that this client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
