using System.Globalization;

namespace ActorBalancer.Load;

/// <summary>
/// Takes workers out that fail where others succeed, for a time that grows, and never many at once. After Envoy's outlier detection by
/// success rate, which compares with the mean and the standard deviation of all; of four workers none can be more than 1.5
/// deviations below that mean however bad it is, so here each is compared with the others alone, kind by kind, and by
/// <see cref="LeastDeficit"/> at least.
/// </summary>
internal sealed class EjectionBook
{
    /// <summary>Success is looked at over so many seconds.</summary>
    public const int Seconds = 10;

    /// <summary>With fewer runs in that time nothing is decided.</summary>
    public const int LeastRuns = 100;

    /// <summary>How many standard deviations of the others' success rates a worker must be behind.</summary>
    public const double Deviations = 1.9;

    /// <summary>How far a worker's success rate must be behind that of the others for the same kinds at least.</summary>
    public const double LeastDeficit = 0.2;

    /// <summary>The first time out; the n-th is n times as long.</summary>
    public static readonly TimeSpan FirstTime = TimeSpan.FromSeconds(30);

    /// <summary>A worker that stayed in for so long is forgiven one of its times.</summary>
    public static readonly TimeSpan Forgiven = TimeSpan.FromMinutes(5);

    private readonly SortedDictionary<long, Worker> _workers = [];

    // Of all workers that are in, by kind.
    private readonly Dictionary<string, (int Succeeded, int Failed)> _totals = new(StringComparer.Ordinal);

    public void Join(long incarnation) => _workers.TryAdd(incarnation, new Worker());

    public void Leave(long incarnation) => _workers.Remove(incarnation);

    public void Read(in RunTally tally, Moment now)
    {
        if (_workers.TryGetValue(tally.WorkerIncarnation, out Worker? worker) && worker.OutUntil == 0)
            worker.Count(tally, now.Micros / Moment.PerSecond);
    }

    /// <summary>Why the worker is out; null: it is not.</summary>
    public string? ReasonOf(long incarnation) => _workers.TryGetValue(incarnation, out Worker? worker) && worker.OutUntil > 0 ? worker.Reason : null;

    /// <summary>Takes out and lets back in what is due. Those that came back, by incarnation.</summary>
    public IReadOnlyList<long> Decide(Moment now)
    {
        List<long> back = [];
        foreach ((long incarnation, Worker worker) in _workers)
        {
            worker.Forget(now.Micros / Moment.PerSecond);
            if (worker.OutUntil > 0 && now.Micros >= worker.OutUntil)
            {
                worker.Return(now.Micros);
                back.Add(incarnation);
            }
            worker.Forgive(now.Micros);
        }
        // Who has no failures is not behind anybody.
        if (_workers.Values.All(w => w.OutUntil > 0 || w.Failed == 0))
            return back;
        AddTotals();
        int outNow = _workers.Values.Count(w => w.OutUntil > 0), most = Math.Max(1, _workers.Count / 10);
        foreach ((Worker worker, double deficit, double expected) in _workers.Values.Where(w => w is { OutUntil: 0, Failed: > 0 } && w.Runs >= LeastRuns)
            .Select(w => (w, Deficit(w, out double e), e)).OrderByDescending(w => w.Item2).ToArray())
        {
            int eligible = _workers.Count - outNow;
            if (outNow >= most || eligible * 2 <= _workers.Count || eligible < 2 || deficit < Math.Max(LeastDeficit, Deviations * SpreadOfOthers(worker)))
                break;
            worker.Eject(now.Micros, expected);
            outNow++;
        }
        return back;
    }

    /// <summary>How far its success rate is behind what the others reach for the same kinds; 0 where there is nobody to compare with.</summary>
    private double Deficit(Worker worker, out double expected)
    {
        double runs = 0, succeeded = 0, hoped = 0;
        foreach ((string kind, (int Succeeded, int Failed) mine) in worker.Kinds)
        {
            (int Succeeded, int Failed) total = _totals[kind];
            int theirs = total.Succeeded - mine.Succeeded, theirRuns = total.Succeeded + total.Failed - mine.Succeeded - mine.Failed;
            if (theirRuns == 0)
                continue;
            int all = mine.Succeeded + mine.Failed;
            runs += all;
            succeeded += mine.Succeeded;
            hoped += (double)all * theirs / theirRuns;
        }
        expected = runs > 0 ? hoped / runs : 0;
        return runs >= LeastRuns ? expected - (succeeded / runs) : 0;
    }

    private void AddTotals()
    {
        _totals.Clear();
        foreach (Worker worker in _workers.Values.Where(w => w.OutUntil == 0))
        {
            foreach ((string kind, (int Succeeded, int Failed) count) in worker.Kinds)
            {
                (int succeeded, int failed) = _totals.GetValueOrDefault(kind);
                _totals[kind] = (succeeded + count.Succeeded, failed + count.Failed);
            }
        }
    }

    private double SpreadOfOthers(Worker worker)
    {
        double[] rates = [.. _workers.Values.Where(w => w != worker && w.OutUntil == 0 && w.Runs >= LeastRuns).Select(w => w.Rate)];
        if (rates.Length < 2)
            return 0;
        double mean = rates.Average();
        return Math.Sqrt(rates.Average(r => (r - mean) * (r - mean)));
    }

    private sealed class Worker
    {
        private readonly Queue<(long Second, RunTally Tally)> _recent = new();
        private int _times;
        private long _inSince;

        /// <summary>Monotonic; 0: it is in.</summary>
        public long OutUntil { get; private set; }

        public string Reason { get; private set; } = "";

        /// <summary>Of the last seconds.</summary>
        public Dictionary<string, (int Succeeded, int Failed)> Kinds { get; } = new(StringComparer.Ordinal);

        public int Failed { get; private set; }

        public int Runs => Kinds.Values.Sum(k => k.Succeeded + k.Failed);

        public double Rate => (double)Kinds.Values.Sum(k => k.Succeeded) / Math.Max(1, Runs);

        public void Count(in RunTally tally, long second)
        {
            _recent.Enqueue((second, tally));
            Add(tally, 1);
        }

        public void Forget(long second)
        {
            while (_recent.TryPeek(out (long Second, RunTally Tally) oldest) && oldest.Second <= second - Seconds)
                Add(_recent.Dequeue().Tally, -1);
        }

        public void Eject(long nowMicros, double expected)
        {
            _times++;
            TimeSpan time = FirstTime * _times;
            Reason = string.Create(CultureInfo.InvariantCulture, $"{Rate:0%} of {Runs} jobs in {Seconds} s succeeded, {expected:0%} at the others; out for {time.TotalSeconds:0} s");
            OutUntil = nowMicros + (long)time.TotalMicroseconds;
        }

        /// <summary>On trial: nothing of before counts.</summary>
        public void Return(long nowMicros)
        {
            OutUntil = 0;
            _inSince = nowMicros;
            _recent.Clear();
            Kinds.Clear();
            Failed = 0;
        }

        public void Forgive(long nowMicros)
        {
            if (_times == 0 || OutUntil > 0 || nowMicros - _inSince < (long)Forgiven.TotalMicroseconds)
                return;
            _times--;
            _inSince = nowMicros;
        }

        private void Add(in RunTally tally, int sign)
        {
            Failed += sign * tally.Failed;
            (int Succeeded, int Failed) count = Kinds.GetValueOrDefault(tally.Kind);
            count = (count.Succeeded + (sign * tally.Succeeded), count.Failed + (sign * tally.Failed));
            if (count == (0, 0))
                Kinds.Remove(tally.Kind);
            else
                Kinds[tally.Kind] = count;
        }
    }
}
