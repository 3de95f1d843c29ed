namespace ActorBalancer.Storage;

/// <summary>Gathers jobs of one queue and many batches into one batch that stands alone. Within one turn of the store's lock.</summary>
internal sealed class StoredJobsBuilder(MemoryQueue queue, int limit)
{
    private readonly long[] _keys = new long[limit];

    public int Count { get; private set; }

    /// <summary>Bytes of payload.</summary>
    public long Bytes { get; private set; }

    public bool IsFull => Count == _keys.Length;

    public void Add(long key, in MemoryRecord record)
    {
        _keys[Count++] = key;
        Bytes += record.Batch!.Jobs.Payload(record.Index).Length;
    }

    public StoredJobs Build()
    {
        byte[] blob = GC.AllocateUninitializedArray<byte>((int)Bytes);
        int[] starts = new int[Count + 1], used = new int[Count], crashes = new int[Count], runs = new int[Count];
        long[] runAt = new long[Count], submitted = new long[Count];
        ushort[] kindOf = new ushort[Count];
        Dictionary<string, ushort> kinds = new(StringComparer.Ordinal);
        // Only what some job has gets a column.
        string?[]? sources = null;
        byte[]? priorities = null;
        ushort[]? attempts = null;
        long[]? limits = null, firstRunAt = null;

        for (int i = 0; i < Count; i++)
        {
            ref MemoryRecord record = ref queue.Jobs.Find(JobKey.Sequence(_keys[i]))![_keys[i]];
            (JobBatch jobs, int index) = (record.Batch!.Jobs, record.Index);
            ReadOnlySpan<byte> payload = jobs.Blob.Span[jobs.Starts[index]..jobs.Starts[index + 1]];
            payload.CopyTo(blob.AsSpan(starts[i]));
            starts[i + 1] = starts[i] + payload.Length;
            kindOf[i] = Intern(kinds, jobs.Kind(index));
            (used[i], crashes[i], runs[i], runAt[i]) = (record.Used, record.Crashes, record.Runs, record.AtUnixMs);
            submitted[i] = record.Batch.SubmittedUnixMs;
            if (jobs.Source(index) is { } source)
                (sources ??= new string?[Count])[i] = source;
            if (jobs.AttemptsAllowed(index) is > 0 and int allowed)
                (attempts ??= new ushort[Count])[i] = (ushort)allowed;
            if (jobs.TimeLimitMs(index) is > 0 and long timeLimit)
                (limits ??= new long[Count])[i] = timeLimit;
            if (jobs.RunAtUnixMs(index) is > 0 and long first)
                (firstRunAt ??= new long[Count])[i] = first;
            if (record.Priority != JobKey.DefaultPriority || priorities is not null)
                (priorities ??= DefaultPriorities())[i] = (byte)record.Priority;
        }

        return new StoredJobs
        {
            Jobs = new JobBatch
            {
                Count = Count,
                Blob = blob,
                Starts = starts,
                Kinds = [.. kinds.OrderBy(kind => kind.Value).Select(kind => kind.Key)],
                KindOf = kinds.Count > 1 ? kindOf : null,
                Queues = [queue.Name],
                Sources = sources,
                Priorities = priorities,
                RunAt = firstRunAt,
                TimeLimits = limits,
                Attempts = attempts,
            },
            Keys = _keys.AsSpan(0, Count).ToArray(),
            Used = used,
            Crashes = crashes,
            Runs = runs,
            RunAt = runAt,
            SubmittedUnixMs = submitted,
        };
    }

    private static ushort Intern(Dictionary<string, ushort> kinds, string kind)
    {
        if (!kinds.TryGetValue(kind, out ushort number))
            kinds.Add(kind, number = (ushort)kinds.Count);
        return number;
    }

    private byte[] DefaultPriorities()
    {
        byte[] priorities = new byte[Count];
        Array.Fill(priorities, (byte)JobKey.DefaultPriority);
        return priorities;
    }
}
