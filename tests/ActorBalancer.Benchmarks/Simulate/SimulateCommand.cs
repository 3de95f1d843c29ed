using System.Globalization;
using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Benchmarks.Simulate;

/// <summary>The <c>simulate</c> command: simulated jobs a second of one core, by strategy and number of workers.</summary>
internal static class SimulateCommand
{
    private const int Rounds = 3;

    public static int Run(string[] args)
    {
        if (args.Length > 0)
        {
            Console.Error.WriteLine("usage: ActorBalancer.Benchmarks simulate");
            return 2;
        }
        Console.WriteLine($"{"million jobs/s and core",-28}{"10 workers",12}{"100 workers",12}{"1000 workers",13}");
        foreach (string strategy in StrategyCatalog.Ids)
        {
            foreach (Binding binding in Enum.GetValues<Binding>())
            {
                double[] rates = [.. new[] { 10, 100, 1_000 }.Select(workers => Rate(strategy, binding, workers))];
                string name = $"{strategy} {(binding == Binding.Early ? "early" : "late")}";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-28}{rates[0],12:0.0}{rates[1],12:0.0}{rates[2],13:0.0}"));
            }
        }
        return 0;
    }

    /// <summary>The best of some rounds, in millions: what else the machine does only makes it slower.</summary>
    private static double Rate(string strategy, Binding binding, int workers)
    {
        SimulationOptions options = new()
        {
            Workers = [new WorkerGroup(workers, 1, 1)],
            Arrivals = new PoissonArrivals(),
            Service = new ErlangService(1),
            Load = 0.9,
            Strategies = [strategy],
            Binding = binding,
            Jobs = 1_000_000,
            Replications = Environment.ProcessorCount,
        };
        return Enumerable.Range(0, Rounds).Max(_ =>
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long jobs = Simulation.Run(options)[0].Jobs;
            return jobs / (Environment.CpuUsage.TotalTime - before).TotalSeconds / 1e6;
        });
    }
}
