namespace ActorBalancer.Simulator.Protocol;

/// <summary>Which process is behind a row of the dispatcher's fleet.</summary>
internal sealed class WorkerSeats
{
    private readonly List<Seat?> _rows = [];

    public IEnumerable<Seat> All => _rows.OfType<Seat>();

    public Process? this[int row] => row < _rows.Count ? _rows[row]?.Process : null;

    public void Set(int row, Process process, long incarnation, string name)
    {
        while (_rows.Count <= row)
            _rows.Add(null);
        _rows[row] = new Seat(process, incarnation, name);
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

    public long[] At(Host host) => [.. All.Where(seat => seat.Process.Host == host).Select(seat => seat.Incarnation)];

    internal sealed record Seat(Process Process, long Incarnation, string Name);
}
