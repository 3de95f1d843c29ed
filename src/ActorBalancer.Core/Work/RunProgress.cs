namespace ActorBalancer.Work;

/// <summary>
/// From a worker to a job's owner: how far a run is. Only to be looked at: it may get lost, and one that comes after the run's end, or of an earlier
/// attempt, says nothing.
/// </summary>
/// <param name="Key">The job.</param>
/// <param name="Attempt">Which run of it.</param>
/// <param name="Progress">The newest that the handler said.</param>
internal sealed record RunProgress(long Key, int Attempt, JobProgress Progress);
