using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign.Faults;

/// <summary>When a fault happens, to whom and for how long: all of it from the seed.</summary>
/// <param name="Name">The fault's.</param>
/// <param name="After">From the beginning of the load, or the end of the fault before.</param>
/// <param name="Victim">Any number; modulo the number of those it can hit.</param>
/// <param name="Seconds">For how long, where it has a length.</param>
internal sealed record FaultStep(string Name, TimeSpan After, int Victim, double Seconds)
{
    public TimeSpan Time => TimeSpan.FromSeconds(Seconds);

    public override string ToString() => FormattableString.Invariant($"{Name} after {After.TotalSeconds:0.0} s, victim {Victim}, {Seconds:0.0} s");
}

/// <summary>One way to break a cluster.</summary>
/// <param name="Name">As the command line knows it.</param>
/// <param name="Strike">Breaks, and comes back when the fault is over; what is still down then is healed at the round's end.</param>
internal sealed record Fault(string Name, Func<Stage, Producers, FaultStep, Task> Strike)
{
    /// <summary>The stores on which it makes sense.</summary>
    public IReadOnlyList<string> Stores { get; init; } = ["sqlite", "postgres"];

    /// <summary>How long it lasts, from and to, in seconds.</summary>
    public (double From, double To) Seconds { get; init; }

    /// <summary>Mounts, namespaces.</summary>
    public bool TakesRoot { get; init; }

    /// <summary>Each node has a host of its own.</summary>
    public bool TakesNetwork { get; init; }

    /// <summary>In a round with it nothing that a live worker holds may be run again.</summary>
    public bool KeepsRuns { get; init; }

    /// <summary>A router is told when it is to be late (<see cref="CampaignNode.LateStore"/>).</summary>
    public bool TakesLateRouter { get; init; }

    /// <summary>Megabytes of the store's disk, well above the 32 that SQLite's log may take; null: no matter.</summary>
    public int? Disk { get; init; }

    /// <summary>What fits on both can be tried on the memory store too, which keeps no promise once its router dies.</summary>
    public bool FitsOn(string store) => Stores.Contains(store) || (store == MemoryStage.Word && Stores.Count > 1);

    public FaultStep Plan(Random dice) => new(
        Name, TimeSpan.FromSeconds(1 + dice.NextDouble()), dice.Next(1 << 16), Seconds.From + dice.NextDouble() * (Seconds.To - Seconds.From));
}
