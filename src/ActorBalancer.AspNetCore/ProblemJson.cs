using System.Text.Json.Serialization;
using ActorBalancer.Node.Http.Jobs;

namespace ActorBalancer.Node.Http;

/// <summary>Refusals, which leave out what does not apply.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(LineRefusal))]
internal sealed partial class ProblemJson : JsonSerializerContext;
