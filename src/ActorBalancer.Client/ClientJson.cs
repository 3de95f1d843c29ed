using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>Everything that crosses the wire, built at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(SubmittedJob))]
[JsonSerializable(typeof(JobDetails))]
[JsonSerializable(typeof(JobListing))]
[JsonSerializable(typeof(QueueDetails))]
[JsonSerializable(typeof(QueueChange))]
[JsonSerializable(typeof(QueueWeightDetails))]
[JsonSerializable(typeof(Listing<QueueDetails>))]
[JsonSerializable(typeof(WorkerDetails))]
[JsonSerializable(typeof(Listing<WorkerDetails>))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(BulkLine))]
internal sealed partial class ClientJson : JsonSerializerContext
{
    /// <summary>For requests: what is null is left out, since the API refuses nulls.</summary>
    public static ClientJson Sparse { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });
}
