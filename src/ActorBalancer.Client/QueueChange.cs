namespace ActorBalancer.Client;

/// <summary>What is to change about a queue; null members stay.</summary>
public sealed record QueueChange
{
    /// <summary>A strategy's id; it starts afresh.</summary>
    public string? Strategy { get; init; }

    /// <summary><c>early</c> or <c>late</c>.</summary>
    public string? Binding { get; init; }

    /// <summary><c>static</c> or <c>learned</c>.</summary>
    public string? Weights { get; init; }
}
