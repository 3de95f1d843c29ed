namespace ActorBalancer.Storage;

internal sealed partial class MemoryJobStore
{
    // A listing that matches little looks at many jobs; the writer gets its turn after so many.
    private const int ListedPerTurn = 4096;

    // An answer of a load stops growing here, whatever the limit says: payloads are copied, and kinds are counted in 16 bits.
    private const long LoadBytes = 64L << 20;
    private const int LoadJobs = ushort.MaxValue;

    public ValueTask<StoredJobs> LoadAsync(int queue, long afterKey, int limit, CancellationToken cancellation)
    {
        lock (_lock)
        {
            // An unknown queue has no jobs.
            MemoryQueue of = IsQueue(queue) ? _queues[queue] : new MemoryQueue(queue, "");
            StoredJobsBuilder found = new(of, (int)Math.Clamp(of.AllOpen(), 0, Math.Clamp(limit, 0, LoadJobs)));
            Load(of, Math.Max(afterKey + 1, JobKey.Pack(queue, JobKey.HighestPriority, 0)), found);
            return new(found.Build());
        }
    }

    public ValueTask<JobInfo?> GetAsync(JobId id, CancellationToken cancellation)
    {
        lock (_lock)
            return new(Find(id.Key, out _) is { } page ? page[id.Key].Info(id.Key, NowUnixMs()) : null);
    }

    public ValueTask<IReadOnlyList<JobInfo>> ListAsync(JobQuery query, CancellationToken cancellation)
    {
        List<JobInfo> found = [];
        MemoryListing listing;
        lock (_lock)
        {
            listing = new MemoryListing([.. _queues.Where(queue => query.Queue is null || queue.Name == query.Queue)]);
            if (query.After is { } after && (!IsQueue(JobKey.Queue(after.Key)) || !listing.SkipTo(after.Key, _queues)))
                return new(found);
        }

        bool more = query.Limit > 0;
        while (more)
        {
            lock (_lock)
            {
                long now = NowUnixMs();
                for (int looked = 0; more && looked < ListedPerTurn; looked++)
                {
                    more = listing.Next(out MemoryPage? page, out long key);
                    if (!more)
                        break;
                    ref MemoryRecord record = ref page![key];
                    if (!Matches(query, key, in record, now))
                        continue;
                    found.Add(record.Info(key, now));
                    more = found.Count < query.Limit;
                }
            }
        }
        return new(found);
    }

    private static bool Matches(JobQuery query, long key, in MemoryRecord record, long now)
    {
        JobBatch jobs = record.Batch!.Jobs;
        bool final = JobTransitions.IsFinal(record.State);
        return (query.State is null || query.State == record.StateAt(now))
            && !(query.Open && final)
            && (query.Worker is null || !final || query.Worker == record.Worker)
            && (query.Kind is null || query.Kind == jobs.Kind(record.Index))
            && (query.Source is null || query.Source == (jobs.Source(record.Index) ?? new JobId(key).ToString()))
            && (query.Text is null || HasText(query.Text, key, in record));
    }

    private static bool HasText(string text, long key, in MemoryRecord record)
    {
        JobBatch jobs = record.Batch!.Jobs;
        Span<char> id = stackalloc char[JobId.Length];
        new JobId(key).Write(id);
        return Has(id, text) || Has(jobs.Kind(record.Index), text) || Has(jobs.Source(record.Index), text) || Has(record.Error, text);
    }

    private static bool Has(ReadOnlySpan<char> whole, string text) => whole.Contains(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Key order is priority by priority, and within one by sequence; pages without such jobs are passed over.</summary>
    private static void Load(MemoryQueue queue, long fromKey, StoredJobsBuilder found)
    {
        if (JobKey.Queue(fromKey) != queue.Number || found.IsFull)
            return;
        long sequence = JobKey.Sequence(fromKey);
        for (int priority = JobKey.Priority(fromKey); priority >= 0; priority--, sequence = 0)
        {
            if (queue.Open(priority) == 0)
                continue;
            while (queue.Jobs.Above(ref sequence) is { } page)
            {
                long end = (sequence | (MemoryPage.Size - 1)) + 1;
                for (; sequence < end && page.Open(priority) > 0; sequence++)
                {
                    ref MemoryRecord record = ref page[sequence];
                    if (record.Batch is null || record.Priority != priority || JobTransitions.IsFinal(record.State))
                        continue;
                    found.Add(JobKey.Pack(queue.Number, priority, sequence), in record);
                    if (found.IsFull || found.Bytes > LoadBytes)
                        return;
                }
                sequence = end;
            }
        }
    }
}
