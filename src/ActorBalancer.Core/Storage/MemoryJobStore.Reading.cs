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
            foreach (long key in Open(of, Math.Max(afterKey + 1, JobKey.Pack(queue, JobKey.HighestPriority, 0))))
            {
                if (found.IsFull || found.Bytes > LoadBytes)
                    break;
                found.Add(key, in of.Jobs.Find(JobKey.Sequence(key))![key]);
            }
            return new(found.Build());
        }
    }

    public ValueTask<StoredJobs> LoadAsync(LoadQuery query, CancellationToken cancellation)
    {
        lock (_lock)
        {
            MemoryQueue of = IsQueue(query.Queue) ? _queues[query.Queue] : new MemoryQueue(query.Queue, "");
            StoredJobsBuilder found = new(of, (int)Math.Clamp(of.AllOpen(), 0, Math.Clamp(query.Limit, 0, LoadJobs)));
            switch (query.From)
            {
                case LoadFrom.Keys:
                    foreach (long key in query.Keys.Where(key => JobKey.Queue(key) == of.Number).Order())
                    {
                        if (!found.IsFull && Find(key, out _) is { } page && !JobTransitions.IsFinal(page[key].State))
                            found.Add(key, in page[key]);
                    }
                    break;
                case LoadFrom.Later: LoadLater(of, query, found); break;
                default: LoadReady(of, query, found); break;
            }
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

    private static void LoadReady(MemoryQueue queue, LoadQuery query, StoredJobsBuilder found)
    {
        foreach (long key in Open(queue, query))
        {
            if (found.IsFull || found.Bytes > LoadBytes)
                return;
            ref MemoryRecord record = ref queue.Jobs.Find(JobKey.Sequence(key))![key];
            if (record.State == JobState.Waiting && (query.From != LoadFrom.Source || record.Batch!.Jobs.Source(record.Index) == query.Source))
                found.Add(key, in record);
        }
    }

    private static void LoadLater(MemoryQueue queue, LoadQuery query, StoredJobsBuilder found)
    {
        // There is no order by time to read in, so all are looked at; whoever keeps all in memory reads only once.
        (long At, long Key) after = (query.AfterUnixMs, query.AfterKey);
        List<(long At, long Key)> later = [];
        foreach (long key in Open(queue, query with { AfterKey = -1 }))
        {
            ref MemoryRecord record = ref queue.Jobs.Find(JobKey.Sequence(key))![key];
            if (record.State is JobState.Scheduled or JobState.Retrying && (record.AtUnixMs, key).CompareTo(after) > 0)
                later.Add((record.AtUnixMs, key));
        }
        later.Sort();
        foreach ((long _, long key) in later)
        {
            if (found.IsFull || found.Bytes > LoadBytes)
                return;
            found.Add(key, in queue.Jobs.Find(JobKey.Sequence(key))![key]);
        }
    }

    /// <summary>Keys within the query's bounds and of its kinds, of jobs that are not final, in key order.</summary>
    private static IEnumerable<long> Open(MemoryQueue queue, LoadQuery query)
    {
        foreach (long key in Open(queue, Math.Max(query.AfterKey + 1, JobKey.Pack(queue.Number, JobKey.HighestPriority, 0))))
        {
            if (key >= query.BeforeKey)
                yield break;
            string kind = queue.Jobs.Find(JobKey.Sequence(key))![key].Kind;
            if ((query.Kind is null || query.Kind == kind) && !query.Except.Contains(kind))
                yield return key;
        }
    }

    /// <summary>Key order is priority by priority, and within one by sequence; pages without such jobs are passed over.</summary>
    private static IEnumerable<long> Open(MemoryQueue queue, long fromKey)
    {
        if (JobKey.Queue(fromKey) != queue.Number)
            yield break;
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
                    if (page.IsOpen(sequence, priority))
                        yield return JobKey.Pack(queue.Number, priority, sequence);
                }
                sequence = end;
            }
        }
    }
}
