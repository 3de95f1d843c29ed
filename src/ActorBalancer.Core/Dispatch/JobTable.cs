namespace ActorBalancer.Dispatch;

/// <summary>
/// All jobs in memory, by slot. In pages, so that it grows without copying; freed slots are used again, the last one
/// first, so that a busy small set stays in the processor's cache. A slot keeps its generation for ever.
/// </summary>
internal sealed class JobTable
{
    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;

    private JobEntry[][] _pages = [];
    private int _free = -1;

    /// <summary>Slots in use.</summary>
    public int Count { get; private set; }

    /// <summary>Slots ever used: a scan ends here.</summary>
    public int High { get; private set; }

    public ref JobEntry this[int slot] => ref _pages[slot >> PageBits][slot & (PageSize - 1)];

    public int Rent()
    {
        Count++;
        if (_free >= 0)
        {
            int slot = _free;
            _free = this[slot].Next;
            return slot;
        }
        if (High >> PageBits == _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(4, _pages.Length * 2));
        }
        _pages[High >> PageBits] ??= new JobEntry[PageSize];
        return High++;
    }

    public void Return(int slot)
    {
        ref JobEntry entry = ref this[slot];
        int generation = entry.Generation;
        entry = default;
        entry.Generation = generation;
        entry.Next = _free;
        _free = slot;
        Count--;
    }
}
