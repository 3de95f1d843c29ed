using System.Runtime.InteropServices;

namespace ActorBalancer.Storage;

/// <summary>Gathers jobs of many batches into one that stands alone.</summary>
internal sealed class StoredJobsBuilder(string queue)
{
    private readonly List<MemoryRecord> _records = [];
    private readonly List<long> _keys = [];

    private delegate T Value<T>(in MemoryRecord record);

    public int Count => _keys.Count;

    /// <summary>Bytes of payload.</summary>
    public long Bytes { get; private set; }

    public void Add(long key, in MemoryRecord record)
    {
        _keys.Add(key);
        _records.Add(record);
        Bytes += record.Batch!.Jobs.Payload(record.Index).Length;
    }

    public StoredJobs Build() => new()
    {
        Jobs = Batch(),
        Keys = [.. _keys],
        Used = Column((in MemoryRecord r) => (int)r.Used),
        Crashes = Column((in MemoryRecord r) => (int)r.Crashes),
        Runs = Column((in MemoryRecord r) => r.Runs),
        RunAt = Column((in MemoryRecord r) => r.AtUnixMs),
        SubmittedUnixMs = Column((in MemoryRecord r) => r.Batch!.SubmittedUnixMs),
    };

    private JobBatch Batch()
    {
        byte[] blob = GC.AllocateUninitializedArray<byte>((int)Bytes);
        int[] starts = new int[Count + 1];
        Dictionary<string, ushort> kinds = new(StringComparer.Ordinal);
        ushort[] kindOf = new ushort[Count];
        Span<MemoryRecord> records = CollectionsMarshal.AsSpan(_records);
        for (int i = 0; i < records.Length; i++)
        {
            (JobBatch jobs, int index) = (records[i].Batch!.Jobs, records[i].Index);
            ReadOnlySpan<byte> payload = jobs.Payload(index).Span;
            payload.CopyTo(blob.AsSpan(starts[i]));
            starts[i + 1] = starts[i] + payload.Length;
            string kind = jobs.Kind(index);
            if (!kinds.TryGetValue(kind, out kindOf[i]))
                kinds.Add(kind, kindOf[i] = (ushort)kinds.Count);
        }

        return new JobBatch
        {
            Count = Count,
            Blob = blob,
            Starts = starts,
            Kinds = [.. kinds.OrderBy(kind => kind.Value).Select(kind => kind.Key)],
            KindOf = kinds.Count > 1 ? kindOf : null,
            Queues = [queue],
            Sources = Differs((in MemoryRecord r) => r.Batch!.Jobs.Source(r.Index), null),
            Priorities = Differs((in MemoryRecord r) => (byte)r.Priority, (byte)JobKey.DefaultPriority),
            RunAt = Differs((in MemoryRecord r) => r.Batch!.Jobs.RunAtUnixMs(r.Index), 0),
            TimeLimits = Differs((in MemoryRecord r) => r.Batch!.Jobs.TimeLimitMs(r.Index), 0),
            Attempts = Differs((in MemoryRecord r) => (ushort)r.Batch!.Jobs.AttemptsAllowed(r.Index), (ushort)0),
        };
    }

    private T[] Column<T>(Value<T> value)
    {
        Span<MemoryRecord> records = CollectionsMarshal.AsSpan(_records);
        T[] column = new T[records.Length];
        for (int i = 0; i < column.Length; i++)
            column[i] = value(in records[i]);
        return column;
    }

    /// <summary>The column, or null where all are the default.</summary>
    private T[]? Differs<T>(Value<T> value, T normal)
    {
        T[] column = Column(value);
        return Array.TrueForAll(column, v => EqualityComparer<T>.Default.Equals(v, normal)) ? null : column;
    }
}
