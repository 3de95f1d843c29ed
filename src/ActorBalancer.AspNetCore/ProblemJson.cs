using System.Text.Json.Serialization;
using ActorBalancer.AspNetCore.Jobs;

namespace ActorBalancer.AspNetCore;

/// <summary>Refusals, which leave out what does not apply.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(LineRefusal))]
internal sealed partial class ProblemJson : JsonSerializerContext;
