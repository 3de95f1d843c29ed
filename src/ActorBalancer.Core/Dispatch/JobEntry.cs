namespace ActorBalancer.Dispatch;

/// <summary>Where a job stands inside the dispatcher; finer than <see cref="JobState"/>.</summary>
internal enum EntryState : byte
{
    Free,

    /// <summary>In its lane's backlog, not bound to a worker.</summary>
    Waiting,

    /// <summary>Behind an earlier job of its source.</summary>
    Held,

    /// <summary>In a worker's line at the router.</summary>
    Bound,

    /// <summary>Assigned; the worker has it or will get it.</summary>
    Sent,

    /// <summary>Its outcome is on the way to the store.</summary>
    Finishing,

    /// <summary>Waits for its time.</summary>
    Delayed,

    /// <summary>Read back after a takeover; some worker may be running it, so it waits until all have said hello.</summary>
    Undecided,

    /// <summary>Due, but no room for it: it leaves memory as soon as the store knows that it is due.</summary>
    Leaving,

    /// <summary>Final, but still named by a ring or heap, which frees it when it comes by.</summary>
    Tombstone,
}

/// <summary>One job that its owner has in memory. A struct in a table: no object and no dictionary entry a job.</summary>
internal struct JobEntry
{
    public long Key;
    public JobBatch Jobs;
    public Lane Lane;
    public int Row;
    public int Generation;

    /// <summary>The fleet's row of the worker that it is bound or sent to.</summary>
    public int Worker;

    /// <summary>Who wants to hear of its end; -1: nobody.</summary>
    public int Submitter;

    public long Ticket;
    public int TicketRow;

    /// <summary>The next job of its source, or the next free slot; -1: none.</summary>
    public int Next;

    public ulong Source;

    /// <summary>When somebody wanted it to run: its submission, or the time that it was scheduled for.</summary>
    public long WantedUnixMs;

    public long SentUnixMs;

    /// <summary>Attempts used up: failures, retries and crashes.</summary>
    public ushort Used;

    /// <summary>Workers that died while they had it.</summary>
    public ushort Crashes;

    /// <summary>Runs that started.</summary>
    public ushort Runs;

    /// <summary>Runs that were lost with their worker, for whichever reason.</summary>
    public ushort Losses;

    public EntryState State;

    /// <summary>A <see cref="WhyWord"/>.</summary>
    public byte Why;
    public bool OwnsSource;
    public bool CancelRequested;

    /// <summary>Assigned by an earlier incarnation; its token is in the dispatcher's table of adopted runs.</summary>
    public bool Adopted;
}
