namespace ActorBalancer;

/// <summary>Where a job is in its life. <c>JobTransitions</c> lists every legal step with its cause.</summary>
public enum JobState
{
    /// <summary>Accepted, to run at a later time.</summary>
    Scheduled,

    /// <summary>Accepted, waits for a worker.</summary>
    Waiting,

    /// <summary>Assigned to a worker.</summary>
    Running,

    /// <summary>Failed or asked for a retry; waits for its time.</summary>
    Retrying,

    /// <summary>Final: the handler succeeded and the result is recorded.</summary>
    Succeeded,

    /// <summary>Final: the handler said that the job need not run.</summary>
    Discarded,

    /// <summary>Final: a caller cancelled it.</summary>
    Cancelled,

    /// <summary>Final: given up, see <see cref="DeadReason"/>.</summary>
    Dead,
}
