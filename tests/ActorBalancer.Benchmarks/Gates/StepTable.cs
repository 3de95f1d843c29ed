using System.Globalization;
using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Tests.Gates;
using ActorBalancer.Simulator.Traffic;

namespace ActorBalancer.Benchmarks.Gates;

/// <summary>How the adaptive strategy, bound early by four routers and learning the speeds, takes steps; beside variants that are broken.</summary>
internal static class StepTable
{
    private const double Before = 200;
    private const int Runs = 24;
    private static readonly double[] Times = [0, 0.1, 0.25, 0.5, 1, 2, 3, 5];

    public static void Write()
    {
        Title("adaptive, early, 4 routers, learning: a worker becomes ten times slower, or recovers", "share over its new fair one, from so many time constants on");
        foreach ((int worker, double speed) in ((int, double)[])[(15, 4), (8, 2), (0, 1)])
        {
            Write($"speed {speed} to {speed / 10}", worker, speed, speed / 10);
            Write($"speed {speed / 10} to {speed}", worker, speed / 10, speed);
        }
        Title("the same, after a step in load", "largest share of a worker over its fair one, from so many time constants on");
        Write(GateFleet.Load / 1.5, GateFleet.Load);
        Write(GateFleet.Load, GateFleet.Load / 2);
        Console.WriteLine();
        Console.WriteLine("herding after a step of the load from 0.53 to 0.8: most that a worker got over its fair share, in all runs together | in one run");
        Console.WriteLine("and swinging in 1,000,000 jobs: lowest autocorrelation of a fast worker's share | highest after that was below 0 | spread of the share");
        Console.WriteLine($"{"views",-8}{"adaptive",-38}{"knows only its own jobs sent since",-38}{"forgets what was sent since",-38}");
        foreach (double delay in (double[])[0.1, 1, 3, 10])
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{delay,-8}") + string.Concat(Enum.GetValues<ViewFault>().OrderBy(f => f == ViewFault.ForgetsSent).Select(fault => $"{Herd(delay, fault) + ", " + Swinging(delay, fault),-38}")));
    }

    private static void Title(string title, string what)
    {
        Console.WriteLine();
        Console.WriteLine($"{title}: {what}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-22}{"constant",9}{string.Concat(Times.Select(t => $"{t.ToString(CultureInfo.InvariantCulture),8}"))}{"others",9}{"unsettled after 5",19}"));
    }

    private static void Write(string name, int worker, double before, double after)
    {
        double constant = GateFleet.TimeConstant(after);
        Steps steps = Steps.OfSpeed(GateFleet.Adaptive(), worker, before, after, Before, Before + (10 * constant), Runs);
        Line(name, constant, steps, worker, shares => shares[worker] / steps.Fair[worker], steps.Unsettled(Before + (5 * constant), worker));
    }

    private static void Write(double before, double after)
    {
        double constant = GateFleet.TimeConstant(1);
        Steps steps = Steps.OfLoad(GateFleet.Adaptive(), before, after, Before, Before + (10 * constant), Runs);
        double unsettled = Enumerable.Range(0, steps.Fair.Length).Max(w => steps.Unsettled(Before + (5 * constant), w));
        Line(string.Create(CultureInfo.InvariantCulture, $"load {before:0.00} to {after:0.00}"), constant, steps, -1, shares => shares.Zip(steps.Most, (share, most) => share / most).Max(), unsettled);
    }

    private static void Line(string name, double constant, Steps steps, int worker, Func<double[], double> figure, double unsettled)
    {
        IEnumerable<string> cells = Times.Select(from =>
        {
            double begin = Before + (from * constant);
            return string.Create(CultureInfo.InvariantCulture, $"{figure(steps.Shares(begin, begin + (Math.Max(0.1, from / 4) * constant))),8:0.00}");
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-22}{constant,9:0.0}{string.Concat(cells)}{steps.Worst(constant / 5, worker),9:0.00}{unsettled,19:0.000}"));
    }

    private static string Herd(double delay, ViewFault fault)
    {
        Steps steps = Steps.OfLoad(GateFleet.Adaptive(delay, fault), GateFleet.Load / 1.5, GateFleet.Load, 100, 100 + (6 * delay) + 40, Runs);
        return string.Create(CultureInfo.InvariantCulture, $"{steps.Worst(Math.Max(2, delay / 4)):0.00} | {steps.WorstOfOneRun(delay):0.00}");
    }

    private static string Swinging(double delay, ViewFault fault)
    {
        const long jobs = 1_000_000;
        double rate = GateFleet.Load * GateFleet.Capacity;
        Placements run = Placements.Of(GateFleet.Adaptive(delay, fault), new PoissonArrivals(), rate, jobs, runs: 1)[0];
        Swing swing = Swing.Of(run.Series(14, Before, 0.99 * jobs / rate, Math.Max(1, delay) / 2));
        return string.Create(CultureInfo.InvariantCulture, $"{swing.Low:0.00} | {swing.High:0.00} | {swing.Spread:0.00}");
    }
}
