namespace ActorBalancer.Load;

/// <summary>
/// What was learned of the workers, by job kind: how fast each is against the fleet, and which share of its runs succeeds. From both comes a
/// factor on its weight, which moves slowly. Pure and single-threaded; the metrics actor and the simulator feed it.
/// </summary>
internal sealed class SpeedBook
{
    /// <summary>In the place of a kind: what counts for kinds of which nothing is known.</summary>
    public const string AnyKind = "";

    private static readonly long Blackout = (long)Learning.Blackout.TotalMicroseconds;
    private static readonly long Expiry = (long)Learning.Expiry.TotalMicroseconds;

    private readonly SortedDictionary<long, Worker> _workers = [];
    private readonly Dictionary<string, double> _means = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (double Sum, double Weight, int Workers)> _sums = new(StringComparer.Ordinal);

    /// <summary>A worker that nothing is known of counts as one of mean speed.</summary>
    public void Join(long incarnation, Moment now) => _workers.TryAdd(incarnation, new Worker(now.Micros));

    public void Leave(long incarnation) => _workers.Remove(incarnation);

    public void Read(in RunTally tally, Moment now)
    {
        if (!_workers.TryGetValue(tally.WorkerIncarnation, out Worker? worker))
            return;
        if (!worker.Kinds.TryGetValue(tally.Kind, out Learned? learned))
            worker.Kinds.Add(tally.Kind, learned = new Learned(now.Micros));
        learned.LastMicros = now.Micros;
        learned.Speed.Add(tally.Succeeded, tally.LogSum, tally.LogSquares);
        learned.Count(tally.Succeeded, tally.Failed);
    }

    /// <summary>Moves every factor towards what was learned. Call it about once a second.</summary>
    public void Move(Moment now)
    {
        Forget(now);
        FindMeans();
        foreach (Worker worker in _workers.Values)
        {
            double log = 0, runs = 0;
            bool dark = now.Micros - worker.Joined < Blackout;
            foreach ((string kind, Learned learned) in worker.Kinds)
            {
                double ratio = _means.TryGetValue(kind, out double mean) && learned.Speed.Runs > 0
                    ? (mean - learned.Speed.Mean) * learned.Speed.Runs / (learned.Speed.Runs + Learning.PriorRuns)
                    : 0;
                log += ratio * learned.Speed.Runs;
                runs += learned.Speed.Runs;
                learned.Ratio = dark ? 1 : Math.Exp(ratio);
                learned.Factor.MoveTo(dark ? 1 : Math.Exp(ratio) * learned.SuccessRate, now.Micros);
            }
            worker.Speed = runs > 0 && !dark ? Math.Exp(log / runs) : 1;
            worker.Any.MoveTo(worker.Speed, now.Micros);
        }
    }

    /// <summary>The worker's speed against the fleet over all kinds; 1 as long as nothing was learned.</summary>
    public double SpeedOf(long incarnation) => _workers.TryGetValue(incarnation, out Worker? worker) ? worker.Speed : 1;

    /// <summary>The factors on the worker's weight in thousandths by kind, the one under <see cref="AnyKind"/> for the others; without that it is 1.</summary>
    public IEnumerable<KindFactor> FactorsOf(long incarnation)
    {
        if (!_workers.TryGetValue(incarnation, out Worker? worker))
            yield break;
        if (worker.Any.Thousandths != 1000)
            yield return new KindFactor(AnyKind, worker.Any.Thousandths) { Speed = worker.Speed };
        foreach ((string kind, Learned learned) in worker.Kinds)
        {
            if (learned.Factor.Thousandths != worker.Any.Thousandths)
                yield return new KindFactor(kind, learned.Factor.Thousandths) { Speed = learned.Ratio, Success = learned.SuccessRate };
        }
    }

    private void Forget(Moment now)
    {
        foreach (Worker worker in _workers.Values)
        {
            if (worker.Kinds.Values.All(learned => now.Micros - learned.LastMicros < Expiry))
                continue;
            foreach ((string kind, Learned learned) in worker.Kinds.ToArray())
            {
                if (now.Micros - learned.LastMicros < Expiry)
                    continue;
                learned.Expire();
                if (learned.Factor.Thousandths == 1000)
                    worker.Kinds.Remove(kind);
            }
        }
    }

    /// <summary>By kind, the mean over the workers of their means, each as sure as it is.</summary>
    private void FindMeans()
    {
        _means.Clear();
        _sums.Clear();
        foreach (Worker worker in _workers.Values)
        {
            foreach ((string kind, Learned learned) in worker.Kinds)
            {
                if (learned.Speed.Runs <= 0)
                    continue;
                double sure = learned.Speed.Runs / (learned.Speed.Runs + Learning.PriorRuns);
                (double sum, double weight, int workers) = _sums.GetValueOrDefault(kind);
                _sums[kind] = (sum + (learned.Speed.Mean * sure), weight + sure, workers + 1);
            }
        }
        foreach ((string kind, (double sum, double weight, int workers)) in _sums)
        {
            if (workers > 1)
                _means[kind] = sum / weight;
        }
    }

    private sealed class Worker(long joined)
    {
        public long Joined { get; } = joined;

        public SortedDictionary<string, Learned> Kinds { get; } = new(StringComparer.Ordinal);

        public SlowFactor Any { get; } = new(joined);

        public double Speed { get; set; } = 1;
    }

    private sealed class Learned(long first)
    {
        private const double MostCounted = 1_000;

        private double _succeeded;
        private double _failed;

        public long LastMicros { get; set; }

        public SpeedEstimate Speed { get; private set; } = new();

        public SlowFactor Factor { get; } = new(first);

        /// <summary>Its speed against the fleet for this kind.</summary>
        public double Ratio { get; set; } = 1;

        /// <summary>As if ten more had succeeded, so that one failure of one decides little.</summary>
        public double SuccessRate => (_succeeded + Learning.PriorRuns) / (_succeeded + _failed + Learning.PriorRuns);

        public void Count(int succeeded, int failed)
        {
            double all = _succeeded + _failed + succeeded + failed;
            double kept = all > MostCounted ? Math.Max(0, 1 - ((all - MostCounted) / Math.Max(1, _succeeded + _failed))) : 1;
            _succeeded = (_succeeded * kept) + succeeded;
            _failed = (_failed * kept) + failed;
        }

        public void Expire()
        {
            Speed = new SpeedEstimate();
            (_succeeded, _failed) = (0, 0);
        }
    }
}
