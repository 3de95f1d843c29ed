namespace ActorBalancer.Node.Demo;

/// <summary>The payload of the kind <c>sha256</c>.</summary>
/// <param name="Path">The file to hash.</param>
/// <param name="HoldMs">How long the job keeps its slot beyond that, in milliseconds.</param>
internal sealed record HashJob(string Path, int HoldMs);
