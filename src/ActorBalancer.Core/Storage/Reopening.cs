namespace ActorBalancer.Storage;

/// <summary>What became of a retry by hand.</summary>
/// <param name="Result">Whether the job waits again.</param>
/// <param name="Was">The state in which it was found, unless it was not.</param>
/// <param name="Job">The one job, as its owner takes it up; null: it was not reopened.</param>
internal readonly record struct Reopening(ReopenResult Result, JobState Was = default, StoredJobs? Job = null);

internal enum ReopenResult
{
    Done,

    /// <summary>This incarnation owns nothing any more.</summary>
    Fenced,

    /// <summary>There is no such job, or none any more.</summary>
    NotFound,

    /// <summary>It is in a state from which nobody retries a job.</summary>
    WrongState,

    /// <summary>Its payload was given up for want of room.</summary>
    PayloadGone,

    /// <summary>The store is away; nothing was changed.</summary>
    Unavailable,
}
