namespace ActorBalancer;

/// <summary>
/// Told to the actor that handles a job when <see cref="JobContext.Cancellation"/> is cancelled. It may still answer, for 3 seconds; an actor that was made
/// for the attempt is stopped then, and an actor of the application is left to itself. A router on the worker's
/// node tells it to all its routees, since the router does not know which of them has the job.
/// </summary>
/// <param name="Id">The job's id, as text, for the actor may be on another node.</param>
public sealed record JobCancelled(string Id);
