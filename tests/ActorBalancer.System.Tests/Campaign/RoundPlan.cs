using System.Globalization;
using ActorBalancer.SystemTests.Campaign.Faults;

namespace ActorBalancer.SystemTests.Campaign;

/// <summary>One round: a cluster, a load, faults one after the other, and the check. The seed says all of it but the timing of processes.</summary>
/// <param name="Store">sqlite, postgres or memory.</param>
/// <param name="Seed">Of this round.</param>
/// <param name="Faults">In their order.</param>
internal sealed record RoundPlan(string Store, int Seed, IReadOnlyList<Fault> Faults)
{
    public string Name { get; } = string.Join('+', Faults.Select(f => f.Name));

    /// <summary>Two where the store allows it.</summary>
    public int Routers { get; init; } = Store == "postgres" ? 2 : 1;

    /// <summary>More environment variables of the routers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RouterSettings { get; init; } = [];

    /// <summary>For how long no job has become final when the drain gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The nodes say more than warnings.</summary>
    public bool Verbose { get; init; }

    public IReadOnlyList<FaultStep> Steps { get; } = [.. Plan(Seed, Faults)];

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Store}, seed {Seed}, routers {Routers}: {string.Join("; ", Steps)}");

    private static IEnumerable<FaultStep> Plan(int seed, IReadOnlyList<Fault> faults)
    {
        Random dice = new(seed);
        foreach (Fault fault in faults)
            yield return fault.Plan(dice);
    }
}
