using System.Numerics;

namespace ActorBalancer.Dispatch;

/// <summary>
/// Waiting jobs in key order. New jobs arrive in that order and go to a ring per priority; the few that come back
/// (handed back, lost, unbound) go to a heap. The head is the smaller of the two.
/// </summary>
internal sealed class Backlog(JobTable table)
{
    private readonly SlotRing?[] _rings = new SlotRing?[JobKey.HighestPriority + 1];
    private readonly long[] _newest = new long[JobKey.HighestPriority + 1];
    private uint _filled;
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

    /// <summary>A job in here became a tombstone.</summary>
    public void Buried() => Count--;

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
        if (HeadReturned(out long returned) && (ring is null || returned < table[ring.Peek].Key))
            return _returned!.Dequeue();
        return ring!.Take();
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
        }
        return false;
    }
}
