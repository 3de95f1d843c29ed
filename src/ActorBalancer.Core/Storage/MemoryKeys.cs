namespace ActorBalancer.Storage;

/// <summary>Idempotency keys of the memory store, each for its time; the oldest go sooner where there are more than jobs are kept.</summary>
/// <param name="most">So many are kept.</param>
internal sealed class MemoryKeys(long most)
{
    private readonly Dictionary<(int Queue, string Key), StoredKey> _keys = [];

    // In the order in which they came; one whose key is another job's by now is passed over.
    private readonly Queue<StoredKey> _oldest = new();

    public void Judge(KeyedRows rows)
    {
        foreach ((int Queue, string Key) name in rows.Names)
        {
            if (_keys.TryGetValue(name, out StoredKey stored))
                rows.Take(stored);
        }
        rows.Judge();
        foreach (StoredKey stored in rows.New)
        {
            _keys[(stored.Queue, stored.Key)] = stored;
            _oldest.Enqueue(stored);
        }
    }

    public void Forget(long nowUnixMs)
    {
        while (_oldest.TryPeek(out StoredKey oldest) && (_oldest.Count > most || oldest.IsFreeAt(nowUnixMs)))
        {
            _oldest.Dequeue();
            if (_keys.TryGetValue((oldest.Queue, oldest.Key), out StoredKey stored) && stored.Job == oldest.Job)
                _keys.Remove((oldest.Queue, oldest.Key));
        }
    }
}
