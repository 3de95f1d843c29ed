using ActorBalancer.Simulator.Fleets;

namespace ActorBalancer.Simulator.Engine;

/// <summary>The workers as they are, whoever knows it.</summary>
internal sealed class FleetState(SimulatedWorker[] workers)
{
    /// <summary>Of each slot.</summary>
    public double[] Speed { get; } = [.. workers.Select(w => w.Speed)];

    /// <summary>Slots without a job.</summary>
    public int[] Free { get; } = [.. workers.Select(w => w.Slots)];

    /// <summary>Jobs bound and not ended, of all routers.</summary>
    public int[] Held { get; } = new int[workers.Length];
}
