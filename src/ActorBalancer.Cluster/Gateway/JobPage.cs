namespace ActorBalancer.Cluster.Gateway;

/// <summary>A page of a listing.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">Where the next page begins, to be given as <see cref="JobFilter.After"/>; null: this was the last.</param>
internal sealed record JobPage(IReadOnlyList<JobInfo> Items, JobId? Next);
