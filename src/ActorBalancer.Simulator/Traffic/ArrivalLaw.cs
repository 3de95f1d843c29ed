namespace ActorBalancer.Simulator.Traffic;

/// <summary>How jobs arrive.</summary>
internal abstract class ArrivalLaw
{
    /// <summary>How many jobs there are, where that is part of the law: a story with an end, which is counted from its first job to its last.</summary>
    public virtual long? Count => null;

    /// <summary>Arrivals a mean service time as they are by themselves; null where the rate can be any.</summary>
    public virtual double? Rate => null;

    /// <summary>Of how many mean service times the law has a memory.</summary>
    public virtual double Memory => 0;

    public abstract ArrivalClock Begin(double rate, ulong seed);
}
