using System.Text.Json;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>How figures are written.</summary>
internal static class DurableJson
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
