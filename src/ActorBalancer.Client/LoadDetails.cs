using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>A sample of a worker's node.</summary>
public sealed record LoadDetails
{
    /// <summary>Share of its processors in use, 0 to 1.</summary>
    public double? Cpu { get; init; }

    /// <summary>Share of its memory in use, 0 to 1.</summary>
    public double? Memory { get; init; }

    /// <summary>The same in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Jobs there that have not started.</summary>
    public long? Queued { get; init; }

    /// <summary>Members that this client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
