namespace ActorBalancer.Wire;

/// <summary>The distinct strings of one message while it is written. Index 0 is null.</summary>
internal sealed class StringTable
{
    // A message names few kinds, queues and workers: a short scan beats hashing. Only what is longer is hashed.
    private const int Scanned = 8;

    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private string[] _items = new string[16];

    public int Count { get; private set; }

    public ReadOnlySpan<string> Items => _items.AsSpan(0, Count);

    /// <summary>The index of the string, from 1; 0 for null.</summary>
    public int IndexOf(string? text)
    {
        if (text is null)
            return 0;
        if (Count <= Scanned)
            return Scan(text);
        if (_index.TryGetValue(text, out int known))
            return known;
        int added = Append(text);
        _index.Add(text, added);
        return added;
    }

    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        if (Count > Scanned)
            _index.Clear();
        Count = 0;
    }

    private int Scan(string text)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_items[i] == text)
                return i + 1;
        }
        int added = Append(text);
        if (Count > Scanned)
        {
            for (int i = 0; i < Count; i++)
                _index.Add(_items[i], i + 1);
        }
        return added;
    }

    private int Append(string text)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Count * 2);
        _items[Count++] = text;
        return Count;
    }
}
