namespace ActorBalancer.Strategies;

/// <summary>When a queue binds a job to a worker.</summary>
public enum Binding
{
    /// <summary>
    /// When the job enters the window: the strategy picks among all eligible workers and the job waits in the picked
    /// worker's line at the router, so the shares that the strategy promises hold.
    /// </summary>
    Early,

    /// <summary>When some worker has credit: no slot is idle while a job waits.</summary>
    Late,
}
