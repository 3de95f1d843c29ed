namespace ActorBalancer.Cluster.Worker;

/// <summary>What a worker knows of the router node at one address.</summary>
internal sealed class KnownRouter(int route)
{
    private int _named;
    private bool _isSuspect;

    /// <summary>The engine's number for the address; never changes, since jobs that run report there.</summary>
    public int Route { get; } = route;

    /// <summary>Of the node that membership named last; 0: a newer process than that has welcomed us, which membership will name.</summary>
    public int Uid { get; private set; }

    /// <summary>Membership has named it.</summary>
    public bool Known { get; private set; }

    public long Incarnation { get; set; }

    /// <summary>What the life port of the process there answers; 0: it has not welcomed us yet.</summary>
    public long Process { get; private set; }

    public void Joined(int uid)
    {
        if (Uid != 0 && Uid != uid)
            Process = 0;
        Uid = _named = uid;
        Known = true;
        _isSuspect = false;
    }

    /// <summary>The node that membership named cannot be reached.</summary>
    public void Suspected(int? uid) => _isSuspect |= uid is null || uid == _named;

    /// <summary>It is gone: what membership still says of that node is of no more use.</summary>
    public void Lost() => Uid = _named = 0;

    /// <summary>False: another node can be reached again.</summary>
    public bool Reached(int uid)
    {
        if (!Known || uid != _named)
            return false;
        Uid = uid;
        _isSuspect = false;
        return true;
    }

    /// <summary>
    /// A process that starts at the address of another one may answer before the other one is removed: its removal is none of this one's.
    /// </summary>
    public void Welcomed(long process)
    {
        if (Process == 0 ? _isSuspect : Process != process)
            Uid = 0;
        Process = process;
    }
}
