namespace ActorBalancer.Strategies;

/// <summary>When a job is bound to a worker.</summary>
public enum Binding
{
    /// <summary>As it enters the window: the strategy picks over all eligible workers, the job waits in that worker's line.</summary>
    Early,

    /// <summary>As some worker has credit: no slot is idle while a job waits.</summary>
    Late,
}
