namespace ActorBalancer.Work;

/// <summary>One job as a worker gets it. The token's incarnation is that of the batch.</summary>
internal struct AssignedJob
{
    public int Slot;
    public int Generation;
    public long Key;
    public string Queue;
    public string Kind;

    /// <summary>Null: the job's own id.</summary>
    public string? Source;

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt;

    public long TimeLimitMs;
    public ReadOnlyMemory<byte> Payload;
}
