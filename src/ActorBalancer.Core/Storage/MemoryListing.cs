namespace ActorBalancer.Storage;

/// <summary>
/// Goes over the jobs of some queues, newest first: within a queue by sequence, over queues by the time of submission, which
/// never falls as sequences rise. Remembers only sequences, so the jobs may change between two steps.
/// </summary>
internal sealed class MemoryListing
{
    private readonly MemoryQueue[] _queues;
    private readonly long[] _next;
    private PriorityQueue<int, (long ListedUnixMs, int Number)>? _heads;

    public MemoryListing(MemoryQueue[] queues)
    {
        _queues = queues;
        _next = [.. queues.Select(queue => queue.Jobs.End - 1)];
    }

    /// <summary>Begins behind that job. False: nothing is known of when it was, so nothing follows it.</summary>
    public bool SkipTo(long key, IReadOnlyList<MemoryQueue> all)
    {
        int number = JobKey.Queue(key);
        // A job that is forgotten by now was as old as its neighbour.
        long sequence = JobKey.Sequence(key), neighbour = sequence;
        if ((FirstBelow(all[number], ref neighbour) ?? FirstAbove(all[number], ref neighbour)) is not { } page)
            return false;
        long listed = page[neighbour].Batch!.ListedUnixMs;
        for (int i = 0; i < _queues.Length; i++)
            _next[i] = _queues[i].Number == number ? sequence - 1 : LastBefore(_queues[i], listed, _queues[i].Number < number);
        return true;
    }

    public bool Next(out MemoryPage? page, out long key)
    {
        if (_heads is null)
        {
            _heads = new(_queues.Length, Comparer<(long, int)>.Create((left, right) => right.CompareTo(left)));
            for (int i = 0; i < _queues.Length; i++)
                Enqueue(i);
        }

        while (_heads.TryDequeue(out int i, out _))
        {
            long sequence = _next[i]--;
            page = _queues[i].Jobs.Find(sequence);
            key = page is null ? 0 : JobKey.Pack(_queues[i].Number, page[sequence].Priority, sequence);
            bool there = page is not null && page[sequence].Batch is not null;
            Enqueue(i);
            if (there)
                return true;
        }
        page = null;
        key = 0;
        return false;
    }

    private void Enqueue(int i)
    {
        if (FirstBelow(_queues[i], ref _next[i]) is { } page)
            _heads!.Enqueue(i, (page[_next[i]].Batch!.ListedUnixMs, _queues[i].Number));
    }

    /// <summary>The highest sequence of a job listed before that time, or at it too.</summary>
    private static long LastBefore(MemoryQueue queue, long listedUnixMs, bool orAt)
    {
        long sequence = queue.Jobs.End - 1;
        while (FirstBelow(queue, ref sequence) is { } page)
        {
            long listed = page[sequence].Batch!.ListedUnixMs;
            if (listed < listedUnixMs || (orAt && listed == listedUnixMs))
                break;
            sequence--;
        }
        return sequence;
    }

    private static MemoryPage? FirstBelow(MemoryQueue queue, ref long sequence)
    {
        while (queue.Jobs.Below(ref sequence) is { } page)
        {
            for (long first = sequence & -MemoryPage.Size; sequence >= first; sequence--)
            {
                if (page[sequence].Batch is not null)
                    return page;
            }
        }
        return null;
    }

    private static MemoryPage? FirstAbove(MemoryQueue queue, ref long sequence)
    {
        while (queue.Jobs.Above(ref sequence) is { } page)
        {
            for (long end = (sequence | (MemoryPage.Size - 1)) + 1; sequence < end; sequence++)
            {
                if (page[sequence].Batch is not null)
                    return page;
            }
        }
        return null;
    }
}
