namespace ActorBalancer;

/// <summary>
/// Told to the actor that handles a job when <see cref="JobContext.Cancellation"/> is cancelled. It may still answer, for 3 seconds; an actor that was made
/// for the attempt is stopped then, and an actor of the application is left to itself.
/// </summary>
/// <param name="Id">The job's id, as text, for the actor may be on another node.</param>
public sealed record JobCancelled(string Id);
