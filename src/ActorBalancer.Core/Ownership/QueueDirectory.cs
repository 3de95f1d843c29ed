using ActorBalancer.Storage;

namespace ActorBalancer.Ownership;

/// <summary>Which router node owns which queue, as the store said last; a router knows more of its own.</summary>
internal sealed class QueueDirectory
{
    private readonly Dictionary<string, QueueRow> _byName = new(StringComparer.Ordinal);
    private readonly QueueRow?[] _byNumber = new QueueRow?[JobKey.MaxQueues];

    public IReadOnlyCollection<QueueRow> All => _byName.Values;

    /// <summary>The router nodes that are registered and not fenced.</summary>
    public IReadOnlyList<RouterRow> Routers { get; set; } = [];

    public QueueRow? Find(string name) => _byName.GetValueOrDefault(name);

    public QueueRow? Find(long key) => key < 0 ? null : _byNumber[JobKey.Queue(key)];

    /// <summary>The name of the router node of that incarnation; empty: nobody.</summary>
    public string NameOf(long incarnation) => Routers.FirstOrDefault(r => r.Incarnation == incarnation)?.Node.Name ?? "";

    /// <summary>False: the queue is known already, with that owner.</summary>
    public bool Set(QueueRow row)
    {
        bool isNews = !_byName.TryGetValue(row.Name, out QueueRow? known) || known.Owner != row.Owner;
        _byName[row.Name] = row;
        _byNumber[row.Number] = row;
        return isNews;
    }
}
