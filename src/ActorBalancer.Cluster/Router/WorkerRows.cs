using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>Which actor is behind a row of the dispatcher's fleet.</summary>
internal sealed class WorkerRows
{
    private readonly List<Row?> _rows = [];

    public IEnumerable<(IActorRef Actor, long Incarnation, string Name)> All => _rows.OfType<Row>().Select(r => (r.Actor, r.Incarnation, r.Name));

    /// <summary>The names of those that are known.</summary>
    public IEnumerable<string> Names => _rows.OfType<Row>().Select(r => r.Name);

    public IActorRef? this[int row] => row < _rows.Count ? _rows[row]?.Actor : null;

    public long IncarnationOf(int row) => row < _rows.Count ? _rows[row]?.Incarnation ?? 0 : 0;

    public void Set(int row, IActorRef actor, long incarnation, string name)
    {
        while (_rows.Count <= row)
            _rows.Add(null);
        _rows[row] = new Row(actor, incarnation, name);
    }

    /// <summary>Its name, if it was known.</summary>
    public string? Remove(long incarnation)
    {
        int row = _rows.FindIndex(r => r?.Incarnation == incarnation);
        if (row < 0)
            return null;
        string name = _rows[row]!.Name;
        _rows[row] = null;
        return name;
    }

    /// <summary>The incarnations at an address; a copy, since what is done with them may change the rows.</summary>
    public long[] At(Address node) => [.. _rows.OfType<Row>().Where(r => IsAt(r.Actor, node)).Select(r => r.Incarnation)];

    private static bool IsAt(IActorRef actor, Address node) => actor.Path.Address.HasGlobalScope && actor.Path.Address.Equals(node);

    private sealed record Row(IActorRef Actor, long Incarnation, string Name);
}
