namespace ActorBalancer.Storage;

/// <summary>
/// A queue's records by sequence. Sequences are dense, so a look-up is two array reads and no hash: chunks of 256 pages of
/// 256 records. What is empty is freed, in the middle too: one old job that stays pins its page and chunk, not all since.
/// </summary>
internal sealed class MemoryTable
{
    /// <summary>A sequence this far above the others is a bug of the caller, and would only make an absurd table.</summary>
    private const long MaxGap = 1L << 32;

    private const int PageBits = 8;
    private const int ChunkBits = 16;

    // Pages go and come at the rate of the jobs; a few are kept so that a steady stream allocates none.
    private const int MaxSpare = 16;

    private readonly Stack<MemoryPage> _spare = new();
    private Chunk?[] _chunks = new Chunk?[4];
    private long _first;

    /// <summary>Above every sequence that has or had a record.</summary>
    public long End { get; private set; }

    public bool MayHold(long sequence) => sequence < End + MaxGap;

    /// <summary>The page with that sequence, or null.</summary>
    public MemoryPage? Find(long sequence) => ChunkOf(sequence)?.Pages[PageIndex(sequence)];

    public MemoryPage FindOrAdd(long sequence)
    {
        if (sequence >= End)
            End = sequence + 1;
        return Find(sequence) ?? Add(sequence);
    }

    public void Remove(MemoryPage page, long sequence)
    {
        page[sequence] = default;
        if (--page.Count > 0)
            return;
        int at = (int)((sequence >> ChunkBits) - _first);
        Chunk chunk = _chunks[at]!;
        chunk.Pages[PageIndex(sequence)] = null;
        if (--chunk.Count == 0)
            _chunks[at] = null;
        if (_spare.Count < MaxSpare)
            _spare.Push(page);
    }

    /// <summary>The first page with sequences at or above, which moves up to the first of them; null: none.</summary>
    public MemoryPage? Above(ref long sequence)
    {
        sequence = Math.Max(sequence, _first << ChunkBits);
        while (sequence < End)
        {
            Chunk? chunk = ChunkOf(sequence);
            if (chunk?.Pages[PageIndex(sequence)] is { } page)
                return page;
            int bits = chunk is null ? ChunkBits : PageBits;
            sequence = ((sequence >> bits) + 1) << bits;
        }
        return null;
    }

    /// <summary>The first page with sequences at or below, which moves down to the last of them; null: none.</summary>
    public MemoryPage? Below(ref long sequence)
    {
        sequence = Math.Min(sequence, End - 1);
        while (sequence >= _first << ChunkBits)
        {
            Chunk? chunk = ChunkOf(sequence);
            if (chunk?.Pages[PageIndex(sequence)] is { } page)
                return page;
            int bits = chunk is null ? ChunkBits : PageBits;
            sequence = ((sequence >> bits) << bits) - 1;
        }
        return null;
    }

    private static int PageIndex(long sequence) => (int)(sequence >> PageBits) & (MemoryPage.Size - 1);

    private Chunk? ChunkOf(long sequence)
    {
        long at = (sequence >> ChunkBits) - _first;
        return (ulong)at < (ulong)_chunks.Length ? _chunks[at] : null;
    }

    private MemoryPage Add(long sequence)
    {
        int at = MakeRoom(sequence >> ChunkBits);
        Chunk chunk = _chunks[at] ??= new Chunk();
        MemoryPage page = _spare.TryPop(out MemoryPage? spare) ? spare : new MemoryPage();
        chunk.Pages[PageIndex(sequence)] = page;
        chunk.Count++;
        return page;
    }

    /// <summary>Makes the array span the chunks in use and this one, with as much again to grow into.</summary>
    private int MakeRoom(long chunk)
    {
        long at = chunk - _first;
        if ((ulong)at < (ulong)_chunks.Length)
            return (int)at;

        int from = Array.FindIndex(_chunks, c => c is not null);
        int to = Array.FindLastIndex(_chunks, c => c is not null) + 1;
        long first = from < 0 ? chunk : Math.Min(chunk, _first + from);
        long end = from < 0 ? chunk + 1 : Math.Max(chunk + 1, _first + to);
        Chunk?[] room = new Chunk?[Math.Max(4, 2 * (end - first))];
        if (from >= 0)
            Array.Copy(_chunks, from, room, _first + from - first, to - from);
        _chunks = room;
        _first = first;
        return (int)(chunk - first);
    }

    private sealed class Chunk
    {
        public MemoryPage?[] Pages { get; } = new MemoryPage?[MemoryPage.Size];

        public int Count { get; set; }
    }
}
