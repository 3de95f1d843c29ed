namespace ActorBalancer.Client;

/// <summary>A line of a bulk answer: the id of an accepted job, or why the line was refused.</summary>
internal sealed record BulkLine(string? Id, long? Line, string? Code, string? Detail);
