namespace ActorBalancer.AspNetCore;

/// <summary>Every list has this form.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Next">What <c>after</c> must be for the rest; null at the end.</param>
internal sealed record ListView<T>(IReadOnlyList<T> Items, string? Next);
