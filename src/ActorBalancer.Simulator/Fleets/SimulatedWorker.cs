using ActorBalancer.Strategies;

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

    /// <param name="groups">Workers that are alike.</param>
    /// <param name="slots">Of each worker.</param>
    /// <param name="weights">Where they are learned, a worker whose weight nobody gave has weight 1, as all of one number of slots have in a cluster.</param>
    public static SimulatedWorker[] Fleet(IEnumerable<WorkerGroup> groups, int slots, WeightSource weights = WeightSource.Static) =>
    [
        .. groups.SelectMany(g => Enumerable.Repeat(g, g.Count)).Select((g, i) =>
            new SimulatedWorker($"worker-{i + 1}", g.Speed, weights == WeightSource.Learned && g.IsWeightAssumed ? 1000 : g.Thousandths, slots)),
    ];
}
