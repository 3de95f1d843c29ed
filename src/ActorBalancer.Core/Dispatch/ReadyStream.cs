namespace ActorBalancer.Dispatch;

/// <summary>
/// The jobs of one lane and priority that can be dispatched, in the order of their sequences. The first ones are in memory; every job that
/// only the store has lies at <see cref="Behind"/> or above, or while a reading is on its way, where it reads or at <see cref="Missed"/>.
/// </summary>
internal sealed class ReadyStream(Lane lane, int priority)
{
    /// <summary>No sequence: there is no such job.</summary>
    public const long None = long.MaxValue;

    public Lane Lane { get; } = lane;

    public int Priority { get; } = priority;

    /// <summary>Jobs of it that wait in memory, and their payloads.</summary>
    public int Kept;

    public long Bytes;

    /// <summary>The first that only the store has.</summary>
    public long Behind = None;

    /// <summary>The highest that only the store has, as far as that is known.</summary>
    public long Last = -1;

    public bool IsLoading;

    /// <summary>The first job that went out of memory, or did not get in, since the reading was asked for: it may not have seen it.</summary>
    public long Missed = None;

    /// <summary>It is in the queue's list of streams to read.</summary>
    public bool IsWanted;

    /// <summary>Newer than all that the present reading can bring; they enter memory with its answer, if that is the end of what the store has.</summary>
    public List<PendingJob> Pending { get; } = [];

    /// <summary>No job is in the store alone, so a new one is the next.</summary>
    public bool IsWhole => Behind == None && !IsLoading;

    /// <summary>A job is only in the store.</summary>
    public void Lower(long sequence)
    {
        if (IsLoading)
            Missed = Math.Min(Missed, sequence);
        else
            Behind = Math.Min(Behind, sequence);
        Last = Math.Max(Last, sequence);
    }
}

/// <summary>A new job whose stream is just being read.</summary>
internal readonly record struct PendingJob(long Key, JobBatch Jobs, int Row, long WantedUnixMs);
