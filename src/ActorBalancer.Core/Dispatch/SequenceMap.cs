namespace ActorBalancer.Dispatch;

/// <summary>
/// Finds a job's slot by its sequence in its queue: pages of a thousand, so four bytes a job and no entry of its own.
/// </summary>
internal sealed class SequenceMap
{
    private const int PageBits = 10;
    private const int PageSize = 1 << PageBits;

    private readonly Dictionary<long, Page> _pages = [];
    private Page? _last;

    public void Set(long sequence, int slot)
    {
        Page page = Find(sequence >> PageBits) ?? Make(sequence >> PageBits);
        page.Slots[sequence & (PageSize - 1)] = slot + 1;
        page.Live++;
    }

    /// <summary>The slot, or -1.</summary>
    public int Get(long sequence) => Find(sequence >> PageBits) is { } page ? page.Slots[sequence & (PageSize - 1)] - 1 : -1;

    public void Remove(long sequence)
    {
        Page page = Find(sequence >> PageBits)!;
        page.Slots[sequence & (PageSize - 1)] = 0;
        if (--page.Live > 0)
            return;
        _pages.Remove(page.Number);
        _last = null;
    }

    private Page? Find(long number)
    {
        if (_last is { } last && last.Number == number)
            return last;
        return _pages.TryGetValue(number, out Page? page) ? _last = page : null;
    }

    private Page Make(long number) => _pages[number] = _last = new Page(number);

    private sealed class Page(long number)
    {
        public readonly long Number = number;
        public readonly int[] Slots = new int[PageSize];
        public int Live;
    }
}
