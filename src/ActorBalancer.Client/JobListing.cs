namespace ActorBalancer.Client;

/// <summary>A page of jobs, newest first.</summary>
/// <param name="Items">The jobs, without their attempts.</param>
/// <param name="Next">What <see cref="JobQuery.After"/> takes for the next page; null at the end.</param>
public sealed record JobListing(IReadOnlyList<JobDetails> Items, string? Next);
