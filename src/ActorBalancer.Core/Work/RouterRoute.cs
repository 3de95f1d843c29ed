namespace ActorBalancer.Work;

/// <summary>The way to a router node's address, over all the incarnations that live there one after the other.</summary>
internal sealed class RouterRoute(int number)
{
    public int Number { get; } = number;

    /// <summary>A router is there: membership says so, or it has answered.</summary>
    public bool Present { get; set; }

    /// <summary>Membership says so.</summary>
    public bool IsMember { get; set; }

    /// <summary>Reports may be sent: the newest hello was answered. Until then the router may be a process that does not know us.</summary>
    public bool Open => Present && HelloAt == long.MaxValue;

    public long LostAtMicros { get; set; }

    /// <summary>When its present incarnation welcomed us first.</summary>
    public long WelcomedAtMicros { get; set; }

    /// <summary>The queues that it said it owns.</summary>
    public HashSet<int> Queues { get; set; } = [];

    /// <summary>When to say hello again; <see cref="long.MaxValue"/>: it was answered.</summary>
    public long HelloAt { get; set; } = long.MaxValue;

    public long HelloSentMicros { get; set; }

    /// <summary>The number of the newest hello.</summary>
    public long HelloNumber { get; set; }

    /// <summary>The incarnation whose welcome came last.</summary>
    public long HeardIncarnation { get; set; }

    /// <summary>The highest round of its welcomes.</summary>
    public long HeardRound { get; set; }

    /// <summary>Hellos since the last answer; the answer times the round trip only if there was one.</summary>
    public int HellosUnanswered { get; set; }

    /// <summary>
    /// The highest incarnation that welcomed us, or one more once it is known to be gone; what comes from a lower one is
    /// dropped (rule 8).
    /// </summary>
    public long Lowest { get; set; }

    /// <summary>The link to it; null: none welcomed us, or it is gone for good.</summary>
    public WorkerLink? Link { get; set; }
}
