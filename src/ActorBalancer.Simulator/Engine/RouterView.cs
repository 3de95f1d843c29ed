using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Engine;

/// <summary>
/// One router: the production strategy over the production candidates, which it brings up to date just before a pick, as a lane of the
/// dispatcher does. It knows the jobs that it bound itself, the counts being as old as <c>--delay</c> says, and under late binding which
/// workers have a free slot, which is never old: credit is what a worker grants.
/// </summary>
internal sealed class RouterView
{
    private readonly Candidates _candidates = new();
    private readonly int[] _inFlight;
    private readonly int[] _free;
    private readonly bool _late;
    private readonly double _delay;
    private readonly int _mostChanges;
    private readonly Queue<(double Due, int Worker, int Change)>? _news;
    private int[] _changed = new int[256];
    private int _changes;

    public RouterView(SimulatedWorker[] workers, string strategy, StrategyOptions options, ulong seed, int[] free, bool late, double delay)
    {
        _free = free;
        _late = late;
        _delay = delay;
        _news = delay > 0 ? new() : null;
        _inFlight = new int[workers.Length];
        _mostChanges = 4 * workers.Length;
        StrategyCatalog.Create(strategy, _candidates, options, seed);
        for (int row = 0; row < workers.Length; row++)
            _candidates.Join(row, SourceHash.Of(workers[row].Name), workers[row].Slots, workers[row].Weight, eligible: true);
    }

    /// <summary>The worker that gets the job; -1: none can be picked.</summary>
    public int Pick(ulong source, double now)
    {
        if (_news is not null) HearUntil(now - _delay);
        if (_changes > 0) Synchronise();
        return _candidates.Pick(source);
    }

    /// <summary>This router bound one more job to the worker, or one of them ended.</summary>
    public void Count(int worker, int change, double now)
    {
        if (_news is not null)
        {
            _news.Enqueue((now, worker, change));
            return;
        }
        _inFlight[worker] += change;
        Changed(worker);
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

    private void HearUntil(double time)
    {
        while (_news!.TryPeek(out var news) && news.Due <= time)
        {
            _news.Dequeue();
            _inFlight[news.Worker] += news.Change;
            Changed(news.Worker);
        }
    }

    private void Synchronise()
    {
        for (int i = 0; i < _changes; i++)
        {
            int worker = _changed[i];
            if (_late) _candidates.SetEligible(worker, _free[worker] > 0);
            _candidates.SetInFlight(worker, _inFlight[worker]);
        }
        _changes = 0;
    }
}
