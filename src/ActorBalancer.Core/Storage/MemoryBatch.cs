namespace ActorBalancer.Storage;

/// <summary>
/// The batch that jobs were submitted in, shared by their records. It lets the payloads go with the last of its jobs that
/// becomes final: a finished job is only read about, and one that somebody may retry has a copy of its own.
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

    /// <summary>One job of it that runs again, as a batch of its own.</summary>
    public MemoryBatch Reopened(int index, int priority, byte[] payload) => new(
        new JobBatch
        {
            Count = 1,
            Blob = payload,
            Starts = [0, payload.Length],
            Kinds = [Jobs.Kind(index)],
            Queues = [Jobs.Queue(index)],
            Sources = Jobs.Source(index) is { } source ? [source] : null,
            Priorities = priority == JobKey.DefaultPriority ? null : [(byte)priority],
            TimeLimits = Jobs.TimeLimits is { } limits ? [limits[index]] : null,
            Attempts = Jobs.Attempts is { } attempts ? [attempts[index]] : null,
        },
        SubmittedUnixMs,
        ListedUnixMs);

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
            TimeLimits = Jobs.TimeLimits,
            Attempts = Jobs.Attempts,
        };
    }
}
