namespace ActorBalancer.Client;

/// <summary>The answer to a submit: the job is accepted.</summary>
/// <param name="Id">The job's public id.</param>
/// <param name="State"><c>waiting</c> or <c>scheduled</c>, as a rule.</param>
/// <param name="Queue">Its queue.</param>
public sealed record SubmittedJob(string Id, string State, string Queue);
