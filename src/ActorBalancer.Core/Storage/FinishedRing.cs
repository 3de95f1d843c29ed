namespace ActorBalancer.Storage;

/// <summary>Keys of finished jobs in the order in which they finished, each with the store's time, so that the oldest go first.</summary>
internal sealed class FinishedRing
{
    private (long Key, long UnixMs)[] _items = new (long, long)[64];
    private int _first;

    public int Count { get; private set; }

    public (long Key, long UnixMs) Oldest => _items[_first];

    public void Add(long key, long unixMs)
    {
        if (Count == _items.Length)
        {
            var longer = new (long, long)[_items.Length * 2];
            Array.Copy(_items, _first, longer, 0, Count - _first);
            Array.Copy(_items, 0, longer, Count - _first, _first);
            (_items, _first) = (longer, 0);
        }
        _items[(_first + Count) & (_items.Length - 1)] = (key, unixMs);
        Count++;
    }

    public void RemoveOldest()
    {
        _first = (_first + 1) & (_items.Length - 1);
        Count--;
    }
}
