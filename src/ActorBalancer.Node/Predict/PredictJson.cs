using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Node.Predict;

/// <summary>What predictions look like as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SimulateReport[]))]
[JsonSerializable(typeof(PlanReport))]
[JsonSerializable(typeof(RecordedJob))]
internal sealed partial class PredictJson : JsonSerializerContext;
