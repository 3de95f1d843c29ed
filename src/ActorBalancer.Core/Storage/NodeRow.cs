namespace ActorBalancer.Storage;

/// <summary>A router node that registers itself.</summary>
internal sealed record NodeRow(string Name, string Address, int LifePort);

/// <summary>The answer: an incarnation larger than any before and than the store's clock in milliseconds, or why not.</summary>
/// <param name="Incarnation">0 when refused.</param>
/// <param name="Refusal">Null when registered.</param>
internal readonly record struct Registration(long Incarnation, string? Refusal);
