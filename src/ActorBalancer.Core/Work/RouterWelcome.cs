namespace ActorBalancer.Work;

/// <summary>A router's answer to a hello; its incarnation names the link from now on.</summary>
internal sealed record RouterWelcome(long RouterIncarnation, string RouterName, long WorkerIncarnation, int LifePort)
{
    /// <summary>What the life port answers. The router's incarnation is the store's to give, and may change within a process.</summary>
    public long ProcessIncarnation { get; init; }

    /// <summary>
    /// The numbers of the queues that it owns, as far as they had an owner before: what the worker runs of their jobs is this router's now,
    /// whoever sent it.
    /// </summary>
    public int[] Queues { get; init; } = [];

    /// <summary>
    /// How often this incarnation has taken queues over, its start included: whoever has not said hello since is to say it again. 0: it does not
    /// count them.
    /// </summary>
    public long Round { get; init; }

    /// <summary>The highest number of a hello from that worker that it has read; 0: none.</summary>
    public long HelloSeen { get; init; }
}
