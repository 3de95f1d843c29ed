namespace ActorBalancer.Node.Demo;

/// <summary>A worker that the demo started while jobs ran.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="FirstJobMs">From the start of its process until its first job started; null if it got none.</param>
internal sealed record JoinedWorker(string Worker, double? FirstJobMs);
