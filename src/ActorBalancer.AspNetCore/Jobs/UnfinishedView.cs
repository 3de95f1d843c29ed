namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>Instead of the result of a job that is not final.</summary>
internal sealed record UnfinishedView(string Id, string State);
