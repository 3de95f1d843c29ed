namespace ActorBalancer.Simulator.Protocol;

/// <summary>A machine with a name, an address and a wall clock; on it lives one process after the other.</summary>
internal sealed class Host(string name)
{
    public string Name { get; } = name;

    public string Address { get; } = "sim://" + name;

    /// <summary>How far its wall clock is off.</summary>
    public long SkewMs { get; set; }

    /// <summary>What ran when a worker died here, as far as it was written down.</summary>
    public List<Work.HeldRun> SlotFile { get; } = [];

    /// <summary>The newest; it may be dead.</summary>
    public Process? Process { get; set; }

    public override string ToString() => Name;
}
