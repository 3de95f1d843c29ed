using Akka.Routing;
using Newtonsoft.Json;

namespace ActorBalancer;

/// <summary>
/// Names the source of a message for a router with the strategy <c>source-hash</c>; the routee gets the message alone. Akka's own
/// <see cref="ConsistentHashableEnvelope"/> does the same here, and this does there.
/// </summary>
/// <param name="message">For the routee.</param>
/// <param name="source">A text, number, <see cref="Guid"/> or bytes.</param>
public sealed class SourceEnvelope(object message, object source) : RouterEnvelope(message), IConsistentHashable
{
    /// <summary>The source.</summary>
    // Akka's JSON fills the constructor by its parameters' names.
    [JsonProperty("source")]
    public object ConsistentHashKey { get; } = source;
}
