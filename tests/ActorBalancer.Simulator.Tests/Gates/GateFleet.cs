using ActorBalancer.Load;
using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Gates;

/// <summary>The fleet and the jobs that strategies are measured by: unequal workers, heavy tails, busy but not overloaded. A mean service time is a second.</summary>
internal static class GateFleet
{
    public const double Load = 0.8;
    public const int Routers = 4;

    /// <summary>8 workers of speed 1 come first, then 6 of speed 2, then 2 of speed 4.</summary>
    public static IReadOnlyList<WorkerGroup> Groups { get; } = [WorkerGroup.Of(8, 1), WorkerGroup.Of(6, 2), WorkerGroup.Of(2, 4)];

    public static double Capacity => Groups.Sum(g => g.Count * g.Speed);

    public static double[] Speeds => [.. Groups.SelectMany(g => Enumerable.Repeat(g.Speed, g.Count))];

    public static ServiceLaw Service => new ParetoService(1.5, 1_000);

    /// <summary>One queue, and the fastest idle worker takes its head: nobody who must not stop a job or look at its length is known to do better.</summary>
    public static SimulationOptions Ideal => Options("adaptive", Binding.Late, WeightSource.Static, routers: 1);

    /// <summary>
    /// The learner's time constant for a worker of some speed: so many runs of that worker as a sudden change is seen by, and the time in which a weight
    /// that falls by a fifth a second falls to 1/e.
    /// </summary>
    public static double TimeConstant(double speed) => (SpeedEstimate.ShortRuns / speed) + (1 / -Math.Log(1 - Learning.StepPerSecond));

    public static SimulationOptions Options(string strategy, Binding binding, WeightSource weights, int routers = Routers, double delay = 0, int choices = 1) => new()
    {
        Workers = Groups,
        Arrivals = new PoissonArrivals(),
        Service = Service,
        Load = Load,
        Strategies = [strategy],
        Binding = binding,
        Weights = weights,
        Routers = routers,
        Delay = delay,
        Choices = choices,
        Jobs = 60_000,
        Replications = 4,
    };

    /// <summary>Adaptive with learned weights, early bound by several routers: the hard case.</summary>
    public static RunSetting Adaptive(double delay = 0, ViewFault fault = ViewFault.None, Binding binding = Binding.Early, int routers = Routers) =>
        Simulation.SettingOf(Options("adaptive", binding, WeightSource.Learned, routers, delay), "adaptive") with { Fault = fault };
}
