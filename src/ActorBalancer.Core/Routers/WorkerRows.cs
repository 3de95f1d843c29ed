namespace ActorBalancer.Routers;

/// <summary>Who is behind a row of the dispatcher's fleet.</summary>
internal sealed class WorkerRows<TPeer>
    where TPeer : class
{
    private readonly List<Row?> _rows = [];

    public IEnumerable<Row> All => _rows.OfType<Row>();

    public IEnumerable<string> Names => All.Select(r => r.Name);

    public Row? this[int row] => row < _rows.Count ? _rows[row] : null;

    public void Set(int row, Row worker)
    {
        while (_rows.Count <= row)
            _rows.Add(null);
        _rows[row] = worker;
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

    /// <summary>
    /// The incarnations at an address, without one of this process, which no membership tells of; a copy, since what is done with them may
    /// change the rows.
    /// </summary>
    public long[] At(string node) => [.. All.Where(r => !r.IsHere && r.Node == node).Select(r => r.Incarnation)];

    /// <param name="Peer">The worker.</param>
    /// <param name="Incarnation">Of its process.</param>
    /// <param name="Name">Its node's name.</param>
    /// <param name="Node">Its node's address.</param>
    /// <param name="IsHere">It lives in the router's own process.</param>
    internal sealed record Row(TPeer Peer, long Incarnation, string Name, string Node, bool IsHere);
}
