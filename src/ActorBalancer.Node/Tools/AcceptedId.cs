namespace ActorBalancer.Node.Tools;

/// <summary>What a bulk answer says of an accepted job.</summary>
internal sealed record AcceptedId(string Id);
