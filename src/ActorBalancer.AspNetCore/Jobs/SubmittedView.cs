namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>A job that was accepted.</summary>
internal sealed record SubmittedView(string Id, string State, string Queue);
