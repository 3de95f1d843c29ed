using System.Text.Json;
using System.Text.Json.Serialization;
using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>What the tools print that no node said.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(AcceptedId))]
[JsonSerializable(typeof(ConfigReport))]
[JsonSerializable(typeof(ConfigEntry[]))]
[JsonSerializable(typeof(StoreVersion))]
[JsonSerializable(typeof(StoreFindings))]
[JsonSerializable(typeof(StoreFigures))]
[JsonSerializable(typeof(TopSnapshot))]
internal sealed partial class ToolJson : JsonSerializerContext;
