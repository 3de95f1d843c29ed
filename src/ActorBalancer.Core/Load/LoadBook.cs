namespace ActorBalancer.Load;

/// <summary>
/// Decides the workers' effective weights, from what is configured, when each joined, and what the nodes measured of
/// themselves. Pure and single-threaded, like the dispatcher's machines; the metrics actor and the simulator feed it.
/// </summary>
internal sealed class LoadBook
{
    /// <summary>
    /// Workers that introduce themselves within this time count as present when the router started. Nodes that are started
    /// together need a few seconds to start, join and say hello; 10 s leaves room for a busy machine.
    /// </summary>
    public static readonly TimeSpan Formation = TimeSpan.FromSeconds(10);

    private readonly SlowStart _slowStart;
    private readonly long _formedAt;
    private readonly SortedDictionary<long, Entry> _workers = [];
    private readonly SpeedBook _speeds = new();
    private readonly EjectionBook _ejections = new();
    private WorkerWeight[] _effective = [];
    private Weights _weights = new(0, []);

    /// <param name="slowStart">How the weight of later ones grows.</param>
    /// <param name="routerStart">When the router began.</param>
    public LoadBook(SlowStart slowStart, Moment routerStart)
    {
        _slowStart = slowStart;
        _formedAt = routerStart.Micros + Formation.Ticks / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>
    /// A worker introduced itself. Told again of a known one (it reconnected, or came back from a drain) it only takes the
    /// weight: its slow start goes on from when it first joined.
    /// </summary>
    /// <param name="incarnation">Its process's incarnation.</param>
    /// <param name="weight">Its configured weight in thousandths.</param>
    /// <param name="now">The time.</param>
    /// <returns>True for a newcomer that starts slowly.</returns>
    public bool Join(long incarnation, int weight, Moment now)
    {
        if (_workers.TryGetValue(incarnation, out Entry? known))
        {
            known.Weight = weight;
            return false;
        }
        bool late = now.Micros > _formedAt;
        _speeds.Join(incarnation, now);
        _ejections.Join(incarnation);
        _workers.Add(incarnation, new Entry { Weight = weight, Joined = now.Micros, Late = late });
        return late;
    }

    /// <summary>A worker is gone for good.</summary>
    public void Leave(long incarnation)
    {
        _workers.Remove(incarnation);
        _speeds.Leave(incarnation);
        _ejections.Leave(incarnation);
    }

    /// <summary>What became of runs, from the router.</summary>
    public void Read(RunTally[] tallies, Moment now)
    {
        foreach (ref readonly RunTally tally in tallies.AsSpan())
        {
            _speeds.Read(in tally, now);
            _ejections.Read(in tally, now);
        }
    }

    /// <summary>
    /// What a node measured of itself. Kept only for workers that are known, and only the last that came: a node's
    /// wall clock may jump, so it does not tell which is newer.
    /// </summary>
    public void Read(NodeSample sample)
    {
        if (_workers.TryGetValue(sample.WorkerIncarnation, out Entry? worker)) worker.Sample = sample;
    }

    /// <summary>The last samples of the known workers, by incarnation.</summary>
    public IReadOnlyList<NodeSample> Samples() => [.. _workers.Values.Select(worker => worker.Sample).OfType<NodeSample>()];

    /// <summary>
    /// The weights now. The same instance as before while nothing has changed; else with a larger version.
    /// </summary>
    public Weights Weigh(Moment now)
    {
        _speeds.Move(now);
        foreach (long incarnation in _ejections.Decide(now))
        {
            // On trial: a few jobs show whether it is well again.
            if (_workers.TryGetValue(incarnation, out Entry? back))
                (back.Joined, back.Late) = (now.Micros, true);
        }
        WorkerWeight[] effective = [.. _workers.Select(worker => new WorkerWeight(worker.Key, Effective(worker.Value, now))
        {
            Factors = [.. _speeds.FactorsOf(worker.Key)],
            Ejected = _ejections.ReasonOf(worker.Key),
            // Shown to people, who need no third digit.
            Speed = Math.Round(_speeds.SpeedOf(worker.Key), 2),
        })];
        if (effective.AsSpan().SequenceEqual(_effective)) return _weights;
        _effective = effective;
        _weights = new Weights(_weights.Version + 1, effective);
        return _weights;
    }

    private int Effective(Entry worker, Moment now) =>
        worker.Late ? _slowStart.Apply(worker.Weight, now.Micros - worker.Joined) : worker.Weight;

    private sealed class Entry
    {
        public required int Weight { get; set; }

        public required long Joined { get; set; }

        /// <summary>It joined a system that was already at work, or comes back from an ejection.</summary>
        public required bool Late { get; set; }

        public NodeSample? Sample { get; set; }
    }
}
