namespace ActorBalancer.Storage.Rows;

/// <summary>One run of keys that lie together: a queue's jobs of one priority.</summary>
internal sealed class KeyRange(int queue, int priority)
{
    public int Queue { get; } = queue;

    public int Priority { get; } = priority;

    /// <summary>The lowest key.</summary>
    public long Low { get; } = JobKey.Pack(queue, priority, 0);

    /// <summary>Only keys below are left to read.</summary>
    public long Below { get; set; } = JobKey.Pack(queue, priority, 0) + JobKey.MaxSequence + 1;

    /// <summary>Only jobs listed before this are asked for.</summary>
    public long ListedBelow { get; set; } = long.MaxValue;
}

/// <summary>
/// Goes over jobs newest first: in a queue by sequence, over queues by the time of submission. A queue's keys are ordered by priority
/// before sequence, so each priority of each queue is a range of its own, and the newest heads are merged.
/// </summary>
internal sealed class NewestFirst
{
    private readonly PriorityQueue<Source, (long Listed, int Queue, long Sequence)> _heads =
        new(Comparer<(long, int, long)>.Create((left, right) => right.CompareTo(left)));

    /// <summary>How many rows of a range are worth reading at once, when that many are wanted from so many ranges.</summary>
    public static int FirstChunk(int wanted, int ranges) => ranges <= 10 ? wanted : Math.Min(wanted, 16);

    /// <param name="range">Where they are from.</param>
    /// <param name="rows">The newest of the range, newest first.</param>
    /// <param name="isAll">The range has no more.</param>
    public void Add(KeyRange range, IReadOnlyList<JobRow> rows, bool isAll)
    {
        if (rows.Count > 0)
            Push(new Source(range, rows, 0, isAll));
    }

    /// <summary>
    /// The next job. A range whose rows are used up is handed back to be read on, below its last key, and then to be added again;
    /// the next job is the next one only after that. False: neither.
    /// </summary>
    public bool Next(out JobRow row, out KeyRange? readOn)
    {
        readOn = null;
        if (!_heads.TryDequeue(out Source source, out _))
        {
            row = default;
            return false;
        }
        row = source.Rows[source.At];
        if (source.At + 1 < source.Rows.Count)
        {
            Push(source with { At = source.At + 1 });
        }
        else if (!source.IsAll)
        {
            source.Range.Below = row.Key;
            readOn = source.Range;
        }
        return true;
    }

    private void Push(Source source)
    {
        JobRow head = source.Rows[source.At];
        _heads.Enqueue(source, (head.Listed, source.Range.Queue, JobKey.Sequence(head.Key)));
    }

    private readonly record struct Source(KeyRange Range, IReadOnlyList<JobRow> Rows, int At, bool IsAll);
}
