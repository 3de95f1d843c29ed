namespace ActorBalancer.Simulator.Engine;

/// <summary>The running jobs by when they end: a heap with four children a node, so half as deep as one with two.</summary>
internal sealed class CompletionHeap
{
    private Entry[] _entries = new Entry[64];

    public int Count { get; private set; }

    /// <summary>When the next job ends; infinite where none runs.</summary>
    public double NextTime { get; private set; } = double.PositiveInfinity;

    public void Add(double time, int job)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        int at = Count++;
        while (at > 0)
        {
            int parent = (at - 1) >> 2;
            if (_entries[parent].Time <= time) break;
            _entries[at] = _entries[parent];
            at = parent;
        }
        _entries[at] = new Entry(time, job);
        NextTime = _entries[0].Time;
    }

    /// <summary>The job that ends next.</summary>
    public int Take()
    {
        Entry[] entries = _entries;
        int first = entries[0].Job;
        int count = --Count;
        if (count == 0)
        {
            NextTime = double.PositiveInfinity;
            return first;
        }
        Entry last = entries[count];
        int at = 0;
        while (true)
        {
            int child = (at << 2) + 1;
            if (child >= count) break;
            int least = child;
            double time = entries[child].Time;
            int end = Math.Min(child + 4, count);
            for (int i = child + 1; i < end; i++)
            {
                if (entries[i].Time < time) (least, time) = (i, entries[i].Time);
            }
            if (last.Time <= time) break;
            entries[at] = entries[least];
            at = least;
        }
        entries[at] = last;
        NextTime = entries[0].Time;
        return first;
    }

    /// <summary>From now on what is left of some jobs takes so many times as long.</summary>
    public void Stretch(double now, double factor, Func<int, bool> concerns)
    {
        Entry[] before = [.. _entries.AsSpan(0, Count)];
        Count = 0;
        foreach (Entry entry in before)
            Add(concerns(entry.Job) ? now + ((entry.Time - now) * factor) : entry.Time, entry.Job);
    }

    private readonly record struct Entry(double Time, int Job);
}
