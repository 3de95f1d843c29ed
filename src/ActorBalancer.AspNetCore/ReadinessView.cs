namespace ActorBalancer.AspNetCore;

/// <summary>A node that is ready, or lives.</summary>
/// <param name="Name">The node's; null while it starts.</param>
/// <param name="Status"><c>ok</c>.</param>
internal sealed record ReadinessView(string? Name, string Status);
