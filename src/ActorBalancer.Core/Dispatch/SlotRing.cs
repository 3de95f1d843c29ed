namespace ActorBalancer.Dispatch;

/// <summary>A growing ring of table slots, first in first out.</summary>
internal sealed class SlotRing
{
    private int[] _slots = new int[16];
    private int _head;

    public int Count { get; private set; }

    public int Peek => _slots[_head];

    public void Add(int slot)
    {
        if (Count == _slots.Length)
            Grow();
        _slots[(_head + Count++) & (_slots.Length - 1)] = slot;
    }

    public int Take()
    {
        int slot = _slots[_head];
        _head = (_head + 1) & (_slots.Length - 1);
        Count--;
        return slot;
    }

    private void Grow()
    {
        int[] larger = new int[_slots.Length * 2];
        for (int i = 0; i < Count; i++)
            larger[i] = _slots[(_head + i) & (_slots.Length - 1)];
        _slots = larger;
        _head = 0;
    }
}
