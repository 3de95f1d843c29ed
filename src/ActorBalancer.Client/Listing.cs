namespace ActorBalancer.Client;

/// <summary>What every list looks like on the wire.</summary>
internal sealed record Listing<T>(IReadOnlyList<T> Items, string? Next = null);
