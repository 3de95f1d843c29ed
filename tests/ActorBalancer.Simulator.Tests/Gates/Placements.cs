using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Traffic;

namespace ActorBalancer.Simulator.Tests.Gates;

/// <summary>Which worker each job of a run was bound to, and when.</summary>
internal sealed class Placements
{
    private readonly List<double> _times = [];
    private readonly List<int> _workers = [];
    private readonly int _count;

    private Placements(int workers) => _count = workers;

    /// <summary>Several runs with other jobs each; the same ones whatever the setting.</summary>
    /// <param name="setting">Strategy, routers, delay, changes of speed.</param>
    /// <param name="arrivals">With the step in them, if there is one.</param>
    /// <param name="rate">Of the arrivals, before the step.</param>
    /// <param name="jobs">Of each run.</param>
    /// <param name="runs">How many.</param>
    public static Placements[] Of(RunSetting setting, ArrivalLaw arrivals, double rate, long jobs, int runs)
    {
        Placements[] all = new Placements[runs];
        Parallel.For(0, runs, run =>
        {
            JobStream stream = new(arrivals, GateFleet.Service, rate, setting.Routers, 1, run);
            Placements placements = all[run] = new(setting.Workers.Length);
            QueueRun? play = null;
            play = new QueueRun(setting, stream, JobStream.SeedOf(1, run, 16)) { Bound = (_, worker) => placements.Add(play!.Now, worker) };
            play.Play(0, jobs, 0);
        });
        return all;
    }

    /// <summary>By worker, of the jobs of all runs that were bound from one time to another.</summary>
    public static double[] Shares(IEnumerable<Placements> runs, double from, double to)
    {
        long[] sums = [];
        foreach (int[] counts in runs.Select(r => r.Counts(from, to)))
        {
            if (sums.Length == 0) sums = new long[counts.Length];
            for (int i = 0; i < sums.Length; i++) sums[i] += counts[i];
        }
        double all = Math.Max(1, sums.Sum());
        return [.. sums.Select(sum => sum / all)];
    }

    /// <summary>Jobs by worker.</summary>
    public int[] Counts(double from, double to)
    {
        int[] counts = new int[_count];
        for (int i = IndexOf(from), end = IndexOf(to); i < end; i++) counts[_workers[i]]++;
        return counts;
    }

    /// <summary>The worker's share in windows of equal length, one after the other.</summary>
    public double[] Series(int worker, double from, double to, double window)
    {
        double[] shares = new double[(int)((to - from) / window)];
        for (int i = 0; i < shares.Length; i++)
        {
            int[] counts = Counts(from + (i * window), from + ((i + 1) * window));
            shares[i] = counts[worker] / Math.Max(1.0, counts.Sum());
        }
        return shares;
    }

    private void Add(double time, int worker)
    {
        _times.Add(time);
        _workers.Add(worker);
    }

    private int IndexOf(double time)
    {
        int index = _times.BinarySearch(time);
        return index < 0 ? ~index : index;
    }
}
