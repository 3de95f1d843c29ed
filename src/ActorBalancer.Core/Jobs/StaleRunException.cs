namespace ActorBalancer;

/// <summary>
/// A run wanted to complete its job, and the job is not its own any more: it was given to another run since, or it has ended. Roll the
/// transaction back; what it did must not count.
/// </summary>
public sealed class StaleRunException : Exception
{
    /// <summary>Makes one for the attempt of that job.</summary>
    public StaleRunException(JobId job, int attempt)
        : base($"Attempt {attempt} of job {job} is stale: the job was given to another run, or it has ended. Roll the transaction back.") =>
        (Job, Attempt) = (job, attempt);

    /// <summary>The job.</summary>
    public JobId Job { get; }

    /// <summary>The number of the run.</summary>
    public int Attempt { get; }
}
