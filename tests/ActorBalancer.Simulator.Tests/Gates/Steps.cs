using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Traffic;

namespace ActorBalancer.Simulator.Tests.Gates;

/// <summary>A step of the load or of a worker's speed, beside runs of the same jobs that have been in the new state from the beginning.</summary>
internal sealed class Steps
{
    private const double MostNoise = 0.1;

    private readonly Placements[] _stepped;
    private readonly Placements[] _still;

    private Steps(double at, double end, Placements[] stepped, Placements[] still, double rate)
    {
        (At, End, Rate) = (at, end, rate);
        (_stepped, _still) = (stepped, still);
        Fair = Placements.Shares(still, at, end);
    }

    /// <summary>When it happens.</summary>
    public double At { get; }

    public double End { get; }

    /// <summary>Of the arrivals afterwards.</summary>
    public double Rate { get; }

    /// <summary>By worker: its share of the jobs in the new state.</summary>
    public double[] Fair { get; }

    /// <summary>By worker: its share of what the fleet can do.</summary>
    public static double[] OfCapacity => [.. GateFleet.Speeds.Select(speed => speed / GateFleet.Capacity)];

    /// <summary>The larger of both: at low load the fast ones rightly get more than their share of the capacity.</summary>
    public double[] Most => [.. Fair.Select((share, worker) => Math.Max(share, OfCapacity[worker]))];

    public static Steps OfLoad(RunSetting setting, double before, double after, double at, double end, int runs)
    {
        double old = before * GateFleet.Capacity;
        double now = after * GateFleet.Capacity;
        Placements[] stepped = Placements.Of(setting, new SteppedArrivals(at, after / before), old, JobsUntil((old * at) + (now * (end - at))), runs);
        Placements[] still = Placements.Of(setting, new PoissonArrivals(), now, JobsUntil(now * end), runs);
        return new Steps(at, end, stepped, still, now);
    }

    public static Steps OfSpeed(RunSetting setting, int worker, double before, double after, double at, double end, int runs)
    {
        double rate = GateFleet.Load * GateFleet.Capacity;
        RunSetting With(params SpeedChange[] changes) => setting with { Changes = changes };
        Placements[] stepped = Placements.Of(With(new(0, worker, before), new(at, worker, after)), new PoissonArrivals(), rate, JobsUntil(rate * end), runs);
        Placements[] still = Placements.Of(With(new SpeedChange(0, worker, after)), new PoissonArrivals(), rate, JobsUntil(rate * end), runs);
        return new Steps(at, end, stepped, still, rate);
    }

    /// <summary>By worker, over all runs.</summary>
    public double[] Shares(double from, double to) => Placements.Shares(_stepped, from, to);

    /// <summary>The largest share of a worker in any window after the step, over all runs, over its fair one.</summary>
    public double Worst(double window, int except = -1) =>
        Times(window).Max(from => Shares(from, from + window).Where((_, worker) => worker != except).Zip(Most.Where((_, worker) => worker != except), (share, most) => share / most).Max());

    /// <summary>The same in a single run, where windows are so long that the worker expects enough jobs for chance alone not to double them.</summary>
    public double WorstOfOneRun(double leastWindow)
    {
        const double expected = 30;
        double worst = 0;
        for (int worker = 0; worker < Fair.Length; worker++)
        {
            double window = Math.Max(leastWindow, expected / (Rate * Most[worker]));
            foreach (double from in Times(window))
            {
                foreach (int[] counts in _stepped.Select(run => run.Counts(from, from + window)))
                    worst = Math.Max(worst, counts[worker] / Math.Max(1.0, counts.Sum()) / Most[worker]);
            }
        }
        return worst;
    }

    /// <summary>From a time on: by how much more than chance explains a worker's share is away from that in the new state, over the latter. 0: it has settled.</summary>
    public double Unsettled(double from, int worker)
    {
        double[] differences =
        [
            .. _stepped.Zip(_still, (stepped, still) => Placements.Shares([stepped], from, End)[worker] - Placements.Shares([still], from, End)[worker]),
        ];
        Estimate difference = Estimate.Of(differences);
        return Math.Max(0, Math.Abs(difference.Mean) - Math.Max(MostNoise * Fair[worker], 1.5 * difference.HalfWidth!.Value)) / Fair[worker];
    }

    private IEnumerable<double> Times(double window)
    {
        for (double from = At; from + window <= End + 1e-9; from += window) yield return from;
    }

    private static long JobsUntil(double expected) => (long)(expected + (5 * Math.Sqrt(expected)));
}
