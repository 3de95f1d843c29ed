namespace ActorBalancer.Storage;

/// <summary>
/// The batch that jobs were submitted in, shared by their records. It lets the payloads go with the last of its jobs that
/// becomes final, since a finished job is only read about.
/// </summary>
internal sealed class MemoryBatch(JobBatch jobs, long submittedUnixMs, long listedUnixMs)
{
    private static readonly int[] NoStarts = [];
    private int _open;

    public JobBatch Jobs { get; private set; } = jobs;

    public long SubmittedUnixMs { get; } = submittedUnixMs;

    /// <summary>The submission as listings order it: never before an earlier batch's, even if the clock was set back.</summary>
    public long ListedUnixMs { get; } = listedUnixMs;

    public void Opened() => _open++;

    public void Closed()
    {
        if (--_open > 0)
            return;
        Jobs = new JobBatch
        {
            Count = Jobs.Count,
            Blob = default,
            Starts = NoStarts,
            Kinds = Jobs.Kinds,
            KindOf = Jobs.KindOf,
            Queues = Jobs.Queues,
            QueueOf = Jobs.QueueOf,
            Sources = Jobs.Sources,
        };
    }
}
