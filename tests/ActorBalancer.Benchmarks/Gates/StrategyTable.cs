using System.Globalization;
using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Tests.Gates;
using ActorBalancer.Strategies;

namespace ActorBalancer.Benchmarks.Gates;

/// <summary>Response times of all strategies, told the speeds and learning them, for both bindings and views of several ages.</summary>
internal static class StrategyTable
{
    private static readonly double[] Delays = [0.1, 1, 3, 10];

    public static void Write(SimulationOptions size)
    {
        StrategyFigures ideal = Play(GateFleet.Ideal, size);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size.Replications} runs of {size.Jobs} jobs. The ideal, one queue and the fastest idle worker first: p50 {P50(ideal):0.000}, p99 {P99(ideal):0.000}; 'ratio' is p99 over that."));
        Write("late binding, 1 router", size, ideal, Binding.Late, 1, 0);
        Write("late binding, 4 routers", size, ideal, Binding.Late, GateFleet.Routers, 0);
        Write("early binding, 1 router", size, ideal, Binding.Early, 1, 0);
        Write("early binding, 4 routers", size, ideal, Binding.Early, GateFleet.Routers, 0);
        foreach (double delay in Delays)
            Write(string.Create(CultureInfo.InvariantCulture, $"early binding, 4 routers, views {delay} old"), size, ideal, Binding.Early, GateFleet.Routers, delay);
    }

    private static void Write(string title, SimulationOptions size, StrategyFigures ideal, Binding binding, int routers, double delay)
    {
        Console.WriteLine();
        Console.WriteLine($"{title,-42}{"told the speeds",-34}  learning them");
        Console.WriteLine($"{"",-24}{"mean",9}{"p50",9}{"p99",9}{"ratio",9}  {"mean",9}{"p50",9}{"p99",9}{"ratio",9}");
        foreach ((string name, string strategy, int choices) in Strategies())
        {
            string Cells(WeightSource weights)
            {
                StrategyFigures figures = Play(GateFleet.Options(strategy, binding, weights, routers, delay, choices), size);
                return figures.Overloaded.Count > 0
                    ? $"{"unstable",36}"
                    : string.Create(CultureInfo.InvariantCulture, $"{figures.Response.Mean.Mean,9:0.000}{P50(figures),9:0.000}{P99(figures),9:0.00}{P99(figures) / P99(ideal),9:0.000}");
            }
            Console.WriteLine($"{name,-24}{Cells(WeightSource.Static)}  {Cells(WeightSource.Learned)}");
        }
    }

    private static IEnumerable<(string Name, string Strategy, int Choices)> Strategies()
    {
        foreach (string id in StrategyCatalog.Ids)
        {
            yield return (id, id, 1);
            if (id == "random") yield return ("random, two choices", id, 2);
        }
    }

    private static StrategyFigures Play(SimulationOptions options, SimulationOptions size) =>
        Simulation.Run(options with { Jobs = size.Jobs, Replications = size.Replications })[0];

    private static double P50(StrategyFigures figures) => figures.Response.Quantiles[0];

    private static double P99(StrategyFigures figures) => figures.Response.Quantiles[2];
}
