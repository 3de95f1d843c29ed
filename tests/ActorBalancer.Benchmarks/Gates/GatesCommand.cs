using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Tests.Gates;

namespace ActorBalancer.Benchmarks.Gates;

/// <summary>
/// The <c>gates</c> command: what every strategy makes of the fleet that the adaptive one is held to, and how that one takes steps. All in simulation, so the same
/// figures everywhere.
/// </summary>
internal static class GatesCommand
{
    private const string Usage = "usage: ActorBalancer.Benchmarks gates [--jobs N] [--replications N]";

    public static int Run(string[] args)
    {
        SimulationOptions size = GateFleet.Ideal with { Jobs = 100_000, Replications = 4 };
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], out int number) || number < 2) return Wrong();
            switch (args[i])
            {
                case "--jobs": size = size with { Jobs = number }; break;
                case "--replications": size = size with { Replications = number }; break;
                default: return Wrong();
            }
        }
        Console.WriteLine("8 workers of speed 1, 6 of 2, 2 of 4; poisson arrivals at load 0.8, service pareto:1.5:1000. A mean service time is 1 s, the unit of all times.");
        StrategyTable.Write(size);
        StepTable.Write();
        return 0;
    }

    private static int Wrong()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
