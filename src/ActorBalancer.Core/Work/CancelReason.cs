namespace ActorBalancer.Work;

/// <summary>Why a running handler is asked to stop; decides what its end is reported as.</summary>
internal enum CancelReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Somebody cancelled the job: <see cref="AttemptOutcome.Cancelled"/>.</summary>
    Asked,

    /// <summary>It ran over its time limit: <see cref="AttemptOutcome.Failed"/>.</summary>
    TimeLimit,

    /// <summary>The node stops and the drain time is over: <see cref="AttemptOutcome.Released"/>.</summary>
    Drain,

    /// <summary>No router was heard for too long, so the job may run elsewhere soon: <see cref="AttemptOutcome.Released"/>.</summary>
    ContactLost,
}
