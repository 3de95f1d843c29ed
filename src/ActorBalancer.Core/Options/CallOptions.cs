namespace ActorBalancer.Options;

/// <summary>What the kind <c>http</c> may call from a worker.</summary>
public sealed record CallOptions
{
    /// <summary>Hosts, each <c>HOST</c> or <c>HOST:PORT</c>. Empty: this worker does not offer the kind.</summary>
    public required IReadOnlyList<string> Allow { get; init; }
}
