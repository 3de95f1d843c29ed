namespace ActorBalancer.Simulator.Fleets;

/// <summary>A worker.</summary>
/// <param name="Name">Its name, which the strategies hash.</param>
/// <param name="Speed">Of each slot.</param>
/// <param name="Weight">In thousandths.</param>
/// <param name="Slots">Jobs that it runs at once.</param>
internal sealed record SimulatedWorker(string Name, double Speed, int Weight, int Slots)
{
    /// <summary>The work that it does in a unit of time.</summary>
    public double Capacity => Speed * Slots;

    public static SimulatedWorker[] Fleet(IEnumerable<WorkerGroup> groups, int slots) =>
    [
        .. groups.SelectMany(g => Enumerable.Repeat(g, g.Count)).Select((g, i) => new SimulatedWorker($"worker-{i + 1}", g.Speed, g.Thousandths, slots)),
    ];
}
