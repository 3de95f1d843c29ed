namespace ActorBalancer;

/// <summary>
/// Runs the jobs of one kind. A new instance from a scope of its own runs each attempt; its constructor may take services.
/// </summary>
/// <typeparam name="TArgs">What the payload's JSON is read into (web defaults: camel case, case ignored).</typeparam>
public interface IJobHandler<in TArgs>
{
    /// <summary>
    /// Runs one attempt. An exception means: failed, again by the queue's policy. Jobs run at least once, so a handler must
    /// bear to be run again.
    /// </summary>
    /// <param name="args">The job's argument.</param>
    /// <param name="job">The job and its attempt; <see cref="JobContext.Cancellation"/> is to be honoured.</param>
    Task<JobOutcome> RunAsync(TArgs args, JobContext job);
}
