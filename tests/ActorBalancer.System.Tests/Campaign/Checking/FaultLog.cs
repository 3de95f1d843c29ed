namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>What the campaign itself did to the cluster, and when: the only excuse that the checker accepts. Times as in the ledger.</summary>
internal sealed class FaultLog
{
    private readonly Lock _gate = new();
    private readonly List<Death> _deaths = [];
    private readonly List<Silence> _silences = [];
    private readonly List<Leaving> _leavings = [];

    /// <summary>A process was killed (<see cref="ByUs"/>: at that time exactly) or was found ended.</summary>
    public sealed record Death(string Node, int Pid, long At, bool ByUs, bool IsRouter);

    /// <summary>A node was paused or cut off, or was a router and the only one; from then on nobody could hear of it.</summary>
    public sealed record Silence(string Node, long From, bool IsRouter)
    {
        /// <summary>Null: it lasts.</summary>
        public long? To { get; set; }
    }

    /// <summary>A process was told to stop.</summary>
    public sealed record Leaving(string Node, int Pid, long At);

    public IReadOnlyList<Death> Deaths => Copy(_deaths);

    public IReadOnlyList<Silence> Silences => Copy(_silences);

    public IReadOnlyList<Leaving> Leavings => Copy(_leavings);

    public void Killed(string node, int pid, long at, bool isRouter) => Add(_deaths, new Death(node, pid, at, ByUs: true, isRouter));

    /// <summary>It ended, whoever ended it; told once for every process.</summary>
    public void Ended(string node, int pid, long at, bool isRouter)
    {
        lock (_gate)
        {
            if (!_deaths.Exists(d => d.Node == node && d.Pid == pid))
                _deaths.Add(new Death(node, pid, at, ByUs: false, isRouter));
        }
    }

    public void ToldToStop(string node, int pid, long at) => Add(_leavings, new Leaving(node, pid, at));

    public Silence Silent(string node, long from, bool isRouter)
    {
        Silence silence = new(node, from, isRouter);
        Add(_silences, silence);
        return silence;
    }

    private void Add<T>(List<T> list, T entry)
    {
        lock (_gate)
            list.Add(entry);
    }

    private IReadOnlyList<T> Copy<T>(List<T> list)
    {
        lock (_gate)
            return [.. list];
    }
}
