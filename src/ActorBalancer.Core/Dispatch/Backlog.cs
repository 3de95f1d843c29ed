using System.Numerics;

namespace ActorBalancer.Dispatch;

/// <summary>
/// Waiting jobs in key order. New jobs arrive in that order and go to a ring per priority; the few that come back
/// (handed back, lost, unbound) go to a heap. The head is the smaller of the two.
/// </summary>
internal sealed class Backlog(JobTable table)
{
    /// <summary>So many tombstones more than living jobs are worth a sweep.</summary>
    private const int SweepAbove = 64;

    private readonly SlotRing?[] _rings = new SlotRing?[JobKey.HighestPriority + 1];
    private readonly long[] _newest = new long[JobKey.HighestPriority + 1];
    private uint _filled;
    private int _buried;
    private PriorityQueue<int, long>? _returned;

    /// <summary>Jobs that really wait; tombstones are not counted.</summary>
    public int Count { get; private set; }

    public void Add(int slot)
    {
        long key = table[slot].Key;
        int rank = JobKey.HighestPriority - JobKey.Priority(key);
        SlotRing ring = _rings[rank] ??= new SlotRing();
        Count++;
        if (ring.Count > 0 && key < _newest[rank])
        {
            (_returned ??= new PriorityQueue<int, long>()).Enqueue(slot, key);
            return;
        }
        ring.Add(slot);
        _newest[rank] = key;
        _filled |= 1u << rank;
    }

    /// <summary>
    /// A job in here became a tombstone. They are swept out when nothing waits or when they outnumber what does, so that jobs which
    /// are submitted and cancelled again and again take no room; its slot may be free when this returns.
    /// </summary>
    public void Buried()
    {
        Count--;
        if (++_buried > Count + SweepAbove || Count == 0)
            Sweep();
    }

    /// <summary>The key of the head; <see cref="long.MaxValue"/> when empty.</summary>
    public long HeadKey()
    {
        if (Count == 0)
            return long.MaxValue;
        SlotRing? ring = HeadRing();
        long key = ring is null ? long.MaxValue : table[ring.Peek].Key;
        return HeadReturned(out long returned) ? Math.Min(key, returned) : key;
    }

    /// <summary>The slot of the head without taking it; only when <see cref="Count"/> is above 0.</summary>
    public int Peek()
    {
        SlotRing? ring = HeadRing();
        if (HeadReturned(out long returned) && (ring is null || returned < table[ring.Peek].Key))
            return _returned!.Peek();
        return ring!.Peek;
    }

    /// <summary>Takes the head; only when <see cref="Count"/> is above 0.</summary>
    public int Take()
    {
        Count--;
        SlotRing? ring = HeadRing();
        int slot = HeadReturned(out long returned) && (ring is null || returned < table[ring.Peek].Key) ? _returned!.Dequeue() : ring!.Take();
        if (Count == 0 && _buried > 0)
            Sweep();
        return slot;
    }

    private void Sweep()
    {
        foreach (SlotRing? ring in _rings)
        {
            for (int left = ring?.Count ?? 0; left > 0; left--)
            {
                int slot = ring!.Take();
                if (table[slot].State == EntryState.Tombstone)
                    table.Return(slot);
                else
                    ring.Add(slot);
            }
        }
        if (_returned is not null)
        {
            (int Slot, long Key)[] all = [.. _returned.UnorderedItems];
            _returned.Clear();
            foreach ((int slot, long key) in all)
            {
                if (table[slot].State == EntryState.Tombstone)
                    table.Return(slot);
                else
                    _returned.Enqueue(slot, key);
            }
        }
        _buried = 0;
    }

    private SlotRing? HeadRing()
    {
        while (_filled != 0)
        {
            int rank = BitOperations.TrailingZeroCount(_filled);
            SlotRing ring = _rings[rank]!;
            while (ring.Count > 0)
            {
                if (table[ring.Peek].State != EntryState.Tombstone)
                    return ring;
                table.Return(ring.Take());
                _buried--;
            }
            _filled &= ~(1u << rank);
        }
        return null;
    }

    private bool HeadReturned(out long key)
    {
        key = 0;
        if (_returned is null)
            return false;
        while (_returned.TryPeek(out int slot, out key))
        {
            if (table[slot].State != EntryState.Tombstone)
                return true;
            table.Return(_returned.Dequeue());
            _buried--;
        }
        return false;
    }
}
