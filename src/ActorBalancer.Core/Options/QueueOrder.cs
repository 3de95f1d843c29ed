namespace ActorBalancer.Options;

/// <summary>Which jobs of a queue run strictly one after another.</summary>
public enum QueueOrder
{
    /// <summary>None: any number of jobs of the queue run at once.</summary>
    None,

    /// <summary>Jobs of one source, in the order in which they were accepted; the head holds its source until it is final.</summary>
    Source,
}
