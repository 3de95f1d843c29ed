namespace ActorBalancer.Work;

/// <summary>A growing first-in first-out ring of structs, read in place.</summary>
internal sealed class Ring<T> where T : struct
{
    private T[] _items = new T[16];
    private int _head;

    public int Count { get; private set; }

    /// <summary>The item at a position, 0 being the oldest.</summary>
    public ref T this[int position] => ref _items[(_head + position) & (_items.Length - 1)];

    public void Add(in T item)
    {
        if (Count == _items.Length)
            Grow();
        this[Count] = item;
        Count++;
    }

    /// <summary>Drops the oldest.</summary>
    public void Drop()
    {
        _items[_head] = default;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
    }

    /// <summary>Takes one out of the middle; costs the length of the ring.</summary>
    public void RemoveAt(int position)
    {
        for (int i = position; i > 0; i--)
            this[i] = this[i - 1];
        Drop();
    }

    private void Grow()
    {
        T[] larger = new T[_items.Length * 2];
        for (int i = 0; i < Count; i++)
            larger[i] = this[i];
        _items = larger;
        _head = 0;
    }
}
