namespace ActorBalancer;

/// <summary>One legal step of a job and its cause. A null <see cref="From"/> is the job's birth.</summary>
internal readonly record struct JobTransition(JobState? From, JobState To, string Cause);

/// <summary>The one list of legal transitions.</summary>
internal static class JobTransitions
{
    public static IReadOnlyList<JobTransition> All { get; } =
    [
        new(null, JobState.Waiting, "submitted"),
        new(null, JobState.Scheduled, "submitted for later"),
        new(JobState.Scheduled, JobState.Waiting, "due"),
        new(JobState.Scheduled, JobState.Cancelled, "cancelled"),
        new(JobState.Waiting, JobState.Running, "assigned"),
        new(JobState.Waiting, JobState.Cancelled, "cancelled"),
        new(JobState.Running, JobState.Succeeded, "handler: ok"),
        new(JobState.Running, JobState.Discarded, "handler: discard"),
        new(JobState.Running, JobState.Retrying, "handler: retry, exception or time limit"),
        new(JobState.Running, JobState.Waiting, "handed back, or its worker was lost"),
        new(JobState.Running, JobState.Cancelled, "cancelled"),
        new(JobState.Running, JobState.Dead, "out of attempts, or poisoned"),
        new(JobState.Retrying, JobState.Waiting, "due"),
        new(JobState.Retrying, JobState.Cancelled, "cancelled"),
        new(JobState.Dead, JobState.Waiting, "retried by hand"),
        new(JobState.Discarded, JobState.Waiting, "retried by hand"),
        new(JobState.Cancelled, JobState.Waiting, "retried by hand"),
    ];

    /// <summary>The job is over, unless somebody retries it by hand.</summary>
    public static bool IsFinal(JobState state) => state >= JobState.Succeeded;

    /// <summary>Somebody may retry it by hand.</summary>
    public static bool IsRetryable(JobState state) => IsFinal(state) && IsLegal(state, JobState.Waiting);

    public static bool IsLegal(JobState? from, JobState to)
    {
        foreach (JobTransition step in All)
        {
            if (step.From == from && step.To == to)
                return true;
        }
        return false;
    }
}
