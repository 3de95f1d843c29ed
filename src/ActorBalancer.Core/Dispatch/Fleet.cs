using ActorBalancer.Load;

namespace ActorBalancer.Dispatch;

/// <summary>
/// The workers by row, and a log of which rows changed. Each lane reads the log from where it stopped when it next has
/// something to pick, so an idle lane costs nothing and a busy one sees every change once.
/// </summary>
internal sealed class Fleet
{
    private const int LogSize = 4096;

    private readonly List<WorkerLink?> _rows = [];
    private readonly Dictionary<long, WorkerLink> _byIncarnation = [];
    private readonly int[] _log = new int[LogSize];

    public int Rows => _rows.Count;

    /// <summary>How much of the workers' load is this router's.</summary>
    public RouterShare Share { get; } = new();

    /// <summary>The number of changes so far.</summary>
    public long Version { get; private set; }

    public IEnumerable<WorkerLink> Links => _byIncarnation.Values;

    public WorkerLink? this[int row] => _rows[row];

    public WorkerLink? Find(long incarnation) => _byIncarnation.GetValueOrDefault(incarnation);

    public WorkerLink? FindByName(string name)
    {
        foreach (WorkerLink link in _byIncarnation.Values)
        {
            if (link.Name == name && link.State != WorkerState.Gone)
                return link;
        }
        return null;
    }

    public int FreeRow()
    {
        int row = _rows.IndexOf(null);
        if (row >= 0)
            return row;
        _rows.Add(null);
        return _rows.Count - 1;
    }

    public void Add(WorkerLink link)
    {
        _rows[link.Row] = link;
        _byIncarnation.Add(link.Incarnation, link);
        Changed(link.Row);
    }

    public void Remove(WorkerLink link)
    {
        Share.Change(-link.OwnReported, -link.Others);
        _rows[link.Row] = null;
        _byIncarnation.Remove(link.Incarnation);
        Changed(link.Row);
    }

    /// <summary>Something that a strategy may see changed in the row.</summary>
    public void Changed(int row) => _log[Version++ & (LogSize - 1)] = row;

    /// <summary>The rows that changed since; false when too many did, then all rows are to be read.</summary>
    public bool TryReadSince(long version, out ChangeReader changes)
    {
        changes = new ChangeReader(_log, version, Version);
        return version >= 0 && Version - version <= LogSize;
    }

    public struct ChangeReader(int[] log, long next, long end)
    {
        public bool Read(out int row)
        {
            row = next < end ? log[next & (LogSize - 1)] : -1;
            return next++ < end;
        }
    }
}
