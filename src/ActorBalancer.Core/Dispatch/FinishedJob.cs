namespace ActorBalancer.Dispatch;

/// <summary>A job that became final, as the one who asked for it hears of it.</summary>
internal struct FinishedJob
{
    /// <summary>Of the submit or the watch.</summary>
    public long Ticket;

    /// <summary>The job's row in that batch.</summary>
    public int Index;

    public long Key;
    public JobState State;
    public DeadReason Reason;

    /// <summary><see cref="RefusalCode.NotFound"/> when a watched key is no job.</summary>
    public RefusalCode Code;

    /// <summary>How many of its runs were lost with their worker.</summary>
    public int Lost;

    /// <summary>The worker of the last attempt; empty if it never ran.</summary>
    public string Worker;

    public ReadOnlyMemory<byte> Result;
    public string? Error;
}
