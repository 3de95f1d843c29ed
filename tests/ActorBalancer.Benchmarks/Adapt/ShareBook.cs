using ActorBalancer.Client;

namespace ActorBalancer.Benchmarks.Adapt;

/// <summary>How many runs each worker had been assigned at each look, by the router's list of workers.</summary>
internal sealed class ShareBook
{
    // Over so many seconds a share is taken.
    public const double Window = 5;

    private readonly List<(double At, Dictionary<string, long> Assigned)> _looks = [];

    /// <summary>When a worker was first seen ejected since it was last forgotten.</summary>
    public Dictionary<string, double> Ejected { get; } = [];

    public void Look(double at, IReadOnlyList<WorkerDetails> workers)
    {
        _looks.Add((at, workers.ToDictionary(w => w.Name, w => (w.Finished ?? 0) + w.InFlight)));
        foreach (WorkerDetails worker in workers.Where(w => w.State == "ejected"))
            Ejected.TryAdd(worker.Name, at);
    }

    /// <summary>Of all runs that were assigned between two moments.</summary>
    public IReadOnlyDictionary<string, double> Between(double from, double to)
    {
        Dictionary<string, long> first = At(from), last = At(to);
        Dictionary<string, long> assigned = last.ToDictionary(w => w.Key, w => Math.Max(0, w.Value - first.GetValueOrDefault(w.Key)));
        double all = Math.Max(1, assigned.Values.Sum());
        return assigned.ToDictionary(w => w.Key, w => w.Value / all);
    }

    /// <summary>Seconds from a moment until the share of a worker over a window satisfies; null: it does not before the end.</summary>
    public double? Until(string worker, double from, double to, Func<double, bool> satisfies)
    {
        foreach ((double at, _) in _looks)
        {
            if (at >= from && at + Window <= to && satisfies(Between(at, at + Window).GetValueOrDefault(worker)))
                return at - from;
        }
        return null;
    }

    private Dictionary<string, long> At(double at) => _looks.LastOrDefault(l => l.At <= at, _looks[0]).Assigned;
}
