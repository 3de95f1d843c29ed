using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Engine;

/// <summary>
/// One router: the production strategy over the production candidates, which it brings up to date just before a pick, as a lane of the
/// dispatcher does. It knows the jobs that it bound itself, the counts being as old as <c>--delay</c> says, and under late binding which
/// workers have a free slot, which is never old: credit is what a worker grants.
/// </summary>
/// <remarks>
/// A strategy that sees others (<see cref="StrategyInfo.SeesOthers"/>) goes by the workers' reports instead, as old as the delay says: what a worker holds of
/// all routers. What this router has sent since it knows by itself, so that counts at once. A report comes with the end of each of its jobs, and once a second.
/// </remarks>
internal sealed class RouterView
{
    private readonly Candidates _candidates = new();
    private readonly RouterLearning? _learning;
    private readonly FleetState _fleet;
    private readonly int[] _inFlight;
    private readonly int[] _own;
    private readonly int[] _others;
    private readonly bool _late;
    private readonly bool _seesOthers;
    private readonly bool _countsSent;
    private readonly double _delay;
    private readonly int _mostChanges;
    private readonly Queue<News>? _news;
    private int[] _changed = new int[256];
    private int _changes;

    public RouterView(RunSetting setting, FleetState fleet, ulong seed)
    {
        SimulatedWorker[] workers = setting.Workers;
        _fleet = fleet;
        _late = setting.Binding == Binding.Late;
        _delay = setting.Delay;
        _seesOthers = StrategyCatalog.TryGet(setting.Strategy, out StrategyInfo? info) && info.SeesOthers;
        _countsSent = _seesOthers && !setting.ForgetsSent;
        _news = _delay > 0 ? new() : null;
        _inFlight = new int[workers.Length];
        _own = new int[workers.Length];
        _others = new int[workers.Length];
        _mostChanges = 4 * workers.Length;
        _learning = setting.Weights == WeightSource.Learned ? new RouterLearning(workers, setting.ServiceSeconds) : null;
        StrategyCatalog.Create(setting.Strategy, _candidates, setting.Options, seed);
        for (int row = 0; row < workers.Length; row++)
            _candidates.Join(row, SourceHash.Of(workers[row].Name), workers[row].Slots, workers[row].Weight, eligible: true);
    }

    /// <summary>The weight that the strategy uses now.</summary>
    public int WeightOf(int worker) => _candidates.Weight(worker);

    /// <summary>The worker that gets the job; -1: none can be picked.</summary>
    public int Pick(ulong source, double now)
    {
        if (_news is not null) HearUntil(now - _delay);
        if (_changes > 0) Synchronise();
        return _candidates.Pick(source);
    }

    /// <summary>This router bound one more job to the worker.</summary>
    public void Bound(int worker, double now)
    {
        _own[worker]++;
        if (_news is null || _countsSent) Count(worker, 1);
        else _news.Enqueue(new News(now, worker, 1, -1));
    }

    /// <summary>A job of this router has ended, having run for so long.</summary>
    public void Ended(int worker, double duration, double now)
    {
        _own[worker]--;
        _learning?.Finished(worker, duration);
        Tell(worker, -1, now);
    }

    /// <summary>Once a second: every worker reports, and the metrics actor decides the weights.</summary>
    public void Beat(double now)
    {
        if (_seesOthers)
        {
            for (int worker = 0; worker < _own.Length; worker++) Tell(worker, 0, now);
        }
        _learning?.Weigh(now, SetWeight);
    }

    /// <summary>The worker's free slots, or what it has in flight, changed.</summary>
    public void Changed(int worker)
    {
        if (_changes == _changed.Length)
        {
            // A router without arrivals picks nothing; what it is told would pile up.
            if (_changes > _mostChanges) Synchronise();
            else Array.Resize(ref _changed, _changes * 2);
        }
        _changed[_changes++] = worker;
    }

    private void Tell(int worker, int change, double now)
    {
        int others = _seesOthers ? _fleet.Held[worker] - _own[worker] : -1;
        if (_news is not null) _news.Enqueue(new News(now, worker, change, others));
        else Hear(worker, change, others);
    }

    private void HearUntil(double time)
    {
        while (_news!.TryPeek(out News news) && news.At <= time)
        {
            _news.Dequeue();
            Hear(news.Worker, news.Change, news.Others);
        }
    }

    private void Hear(int worker, int change, int others)
    {
        if (others >= 0 && _others[worker] != others)
        {
            _others[worker] = others;
            Changed(worker);
        }
        if (change != 0) Count(worker, change);
    }

    private void Count(int worker, int change)
    {
        _inFlight[worker] += change;
        Changed(worker);
    }

    private void SetWeight(int worker, int weight) => _candidates.SetWeight(worker, weight, _candidates.Slots(worker));

    private void Synchronise()
    {
        for (int i = 0; i < _changes; i++)
        {
            int worker = _changed[i];
            if (_late) _candidates.SetEligible(worker, _fleet.Free[worker] > 0);
            _candidates.SetInFlight(worker, _inFlight[worker] + _others[worker]);
        }
        _changes = 0;
    }

    /// <param name="At">When it was so.</param>
    /// <param name="Worker">Of whom.</param>
    /// <param name="Change">Of this router's jobs there.</param>
    /// <param name="Others">Jobs of other routers there; -1: it does not say.</param>
    private readonly record struct News(double At, int Worker, int Change, int Others);
}
