namespace ActorBalancer.Intake;

/// <summary>A batch of valid jobs on its way: of one caller as a whole, or collected from the single submits of many.</summary>
internal sealed class IntakeBatch
{
    /// <summary>A caller's whole batch.</summary>
    /// <param name="jobs">Valid, and within the limits of a batch.</param>
    /// <param name="tag">The caller's number for it.</param>
    /// <param name="sink">Gets the answer.</param>
    /// <param name="notify">The sink also gets the ends.</param>
    public IntakeBatch(JobBatch jobs, long tag, IBatchSink sink, bool notify)
    {
        Jobs = jobs;
        Tag = tag;
        Sink = sink;
        Notify = notify;
        Bytes = WireBytes(jobs);
        Unfinished = jobs.Count;
    }

    /// <summary>Single submits, collected.</summary>
    public IntakeBatch(JobBatch jobs, ISubmitter[] callers)
    {
        Jobs = jobs;
        Callers = callers;
        Bytes = WireBytes(jobs);
        Unfinished = jobs.Count;
    }

    public JobBatch Jobs { get; }
    public long Tag { get; }
    public IBatchSink? Sink { get; }
    public ISubmitter[]? Callers { get; }
    public bool Notify { get; }
    public int Bytes { get; }

    // What the machine knows of it.
    public long SinceMicros;
    public long FirstMicros;
    public long Ticket;
    public KnownRouter? To;
    public bool IsAnswered;

    /// <summary>It was sent to a router that never answered, and is sent again: who refuses it then does not know whether that one accepted it.</summary>
    public bool MayBeAccepted;
    public int Unfinished;
    public long[]? Keys;

    /// <summary>After a router was lost, row i of the current watch is this row of the batch; null: the same row.</summary>
    public int[]? Rows;

    /// <summary>Of a part: row i is this row of the batch that its caller submitted; null: it is that batch.</summary>
    public int[]? WholeRows { get; init; }

    /// <summary>Of a part: the batch that its caller submitted.</summary>
    public IntakeBatch? Whole { get; init; }

    /// <summary>Of a part: where its answer goes.</summary>
    public BatchSplit? Split { get; init; }

    /// <summary>Routers that were asked for the ends of its jobs, and have not been lost since.</summary>
    public List<int> Watching { get; } = new(1);

    /// <summary>For the end of some job nobody is asked.</summary>
    public bool NeedsWatch;

    /// <summary>Submitted twice it makes no job twice.</summary>
    public bool IsRepeatable => Jobs.Rule == BatchRule.OnlyAsk || (Jobs.IdempotencyKeys is { } keys && Array.TrueForAll(keys, k => k is not null));

    public int Router => To?.Number ?? 0;

    private ulong[]? _done;

    /// <summary>The batch's row for a row of what was asked last; null: there is none, whatever the router says.</summary>
    public int? RowOf(int index)
    {
        int count = Rows?.Length ?? Jobs.Count;
        return index < 0 || index >= count ? null : Rows?[index] ?? index;
    }

    /// <summary>False: the row had ended before.</summary>
    public bool TryEnd(int row)
    {
        _done ??= new ulong[(Jobs.Count + 63) >> 6];
        ulong bit = 1UL << (row & 63);
        if ((_done[row >> 6] & bit) != 0)
            return false;
        _done[row >> 6] |= bit;
        Unfinished--;
        return true;
    }

    public bool HasEnded(int row) => _done is not null && (_done[row >> 6] & (1UL << (row & 63))) != 0;

    /// <summary>What a job takes on the wire at most: its columns, its names as if no other job had them, its payload.</summary>
    public static int WireBytes(JobRequest job) =>
        RowBytes + job.Kind.Length + job.Queue.Length + (job.Source?.Length * 3 ?? 0) + (job.Key?.Length * 3 + KeyBytes ?? 0) + job.Payload.Length;

    private const int RowBytes = 48;
    private const int KeyBytes = 24;

    private static int WireBytes(JobBatch jobs)
    {
        int bytes = jobs.Blob.Length + (jobs.Count * RowBytes);
        foreach (string kind in jobs.Kinds)
            bytes += kind.Length;
        foreach (string queue in jobs.Queues)
            bytes += queue.Length;
        foreach (string? source in jobs.Sources ?? [])
            bytes += source?.Length * 3 ?? 0;
        foreach (string? key in jobs.IdempotencyKeys ?? [])
            bytes += key?.Length * 3 + KeyBytes ?? 0;
        return bytes;
    }
}
