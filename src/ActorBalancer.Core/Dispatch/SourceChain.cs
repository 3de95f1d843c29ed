namespace ActorBalancer.Dispatch;

/// <summary>
/// One source of a queue that keeps the order of its sources. Only a few of its jobs are in memory, so that a hot source does not fill the
/// streams; the others are read by the source when those run out.
/// </summary>
internal sealed class SourceChain(string name)
{
    public string Name { get; } = name;

    /// <summary>Its jobs in memory.</summary>
    public int Count;

    /// <summary>The store has jobs of it that the streams passed by.</summary>
    public bool More;

    /// <summary>A stream passed one by since the present reading was asked for.</summary>
    public bool Missed;

    public bool IsWanted;

    /// <summary>Where the next reading begins: above a key.</summary>
    public long After = -1;

    /// <summary>A stream passed one of its jobs by.</summary>
    public void PassBy() => (More, Missed, After) = (true, true, -1);
}
