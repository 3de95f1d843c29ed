namespace ActorBalancer;

/// <summary>How one attempt ended; exactly one attempt ends a job.</summary>
public enum AttemptOutcome
{
    /// <summary>Still running.</summary>
    None,

    /// <summary>The handler succeeded.</summary>
    Succeeded,

    /// <summary>The handler asked to be run again.</summary>
    Retry,

    /// <summary>The handler said that the job need not run.</summary>
    Discarded,

    /// <summary>The job was cancelled while it ran.</summary>
    Cancelled,

    /// <summary>The handler threw, ran over its time limit or gave too large a result.</summary>
    Failed,

    /// <summary>Its worker died or was cut off.</summary>
    Lost,

    /// <summary>Handed back before its end, by a drain or from behind a long job; costs no attempt.</summary>
    Released,
}
