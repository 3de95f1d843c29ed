using System.Collections.Concurrent;

namespace ActorBalancer.Storage.Rows;

/// <summary>Kinds, workers and strategies by number, as far as this process has met them. Any thread may read.</summary>
internal sealed class WordTable
{
    private readonly ConcurrentDictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _texts = new();

    // The same kind, worker and strategy come thousands of times in a row.
    private (string Text, int Id) _last = ("", 0);

    public IEnumerable<KeyValuePair<string, int>> All => _ids;

    public void Add(int id, string text)
    {
        _texts[id] = text;
        _ids[text] = id;
    }

    /// <summary>By the writer alone; 0: not known.</summary>
    public int Find(string text)
    {
        if (ReferenceEquals(text, _last.Text))
            return _last.Id;
        if (!_ids.TryGetValue(text, out int id))
            return 0;
        _last = (text, id);
        return id;
    }

    public bool TryFind(string text, out int id) => _ids.TryGetValue(text, out id);

    public string? Text(int id) => _texts.GetValueOrDefault(id);

    public void Clear()
    {
        _ids.Clear();
        _texts.Clear();
        _last = ("", 0);
    }
}
