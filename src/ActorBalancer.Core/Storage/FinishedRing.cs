namespace ActorBalancer.Storage;

/// <summary>
/// Keys of finished jobs in the order in which they finished, each with the store's time, so that the oldest go first. A job that is
/// reopened leaves a hole, which goes when it is the oldest.
/// </summary>
internal sealed class FinishedRing
{
    private const long Hole = -1;

    private (long Key, long UnixMs)[] _items = new (long, long)[64];
    private int _first;

    // Numbers of entries may wrap: only their differences count.
    private int _oldest;
    private int _bare;

    /// <summary>Entries, holes included.</summary>
    public int Count { get; private set; }

    /// <summary>The key is negative where the job was reopened.</summary>
    public (long Key, long UnixMs) Oldest => _items[_first];

    /// <summary>The oldest that may still have its payload; null: none.</summary>
    public (long Key, long UnixMs)? OldestPayload => _bare < Count ? _items[(_first + _bare) & (_items.Length - 1)] : null;

    /// <summary>The entry's number, by which it can be taken out.</summary>
    public int Add(long key, long unixMs)
    {
        if (Count == _items.Length)
        {
            var longer = new (long, long)[_items.Length * 2];
            Array.Copy(_items, _first, longer, 0, Count - _first);
            Array.Copy(_items, 0, longer, Count - _first, _first);
            (_items, _first) = (longer, 0);
        }
        _items[(_first + Count) & (_items.Length - 1)] = (key, unixMs);
        return unchecked(_oldest + Count++);
    }

    public void RemoveOldest()
    {
        _first = (_first + 1) & (_items.Length - 1);
        _oldest = unchecked(_oldest + 1);
        _bare = Math.Max(0, _bare - 1);
        Count--;
    }

    /// <summary>What <see cref="OldestPayload"/> named has none any more.</summary>
    public void PassPayload() => _bare++;

    public void TakeOut(int number) => _items[(_first + unchecked(number - _oldest)) & (_items.Length - 1)].Key = Hole;
}
