using ActorBalancer.Load;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Engine;

/// <summary>
/// One router: the production strategy over the production candidates, which it brings up to date just before a pick, as a lane of the
/// dispatcher does. It knows the jobs that it bound itself, the counts being as old as <c>--delay</c> says, and under late binding which
/// workers have a free slot, which is never old: credit is what a worker grants.
/// </summary>
/// <remarks>
/// A strategy that sees others (<see cref="StrategyInfo.SeesOthers"/>) goes by the workers' reports instead, which are as old as the delay says: what a worker
/// holds of all routers. What this router has sent since, it knows by itself at once, and takes the others to have sent in proportion.
/// A report comes with the end of each of its jobs, and once a second.
/// </remarks>
internal sealed class RouterView
{
    private readonly Candidates _candidates = new();
    private readonly RouterLearning? _learning;
    private readonly FleetState _fleet;
    private readonly RouterShare _share = new();
    private readonly WorkerView[] _views;
    private readonly bool _late;
    private readonly bool _seesOthers;
    private readonly bool _knowsAtOnce;
    private readonly bool _forgetsSent;
    private readonly bool _knowsOwnOnly;
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
        _forgetsSent = setting.Fault == ViewFault.ForgetsSent;
        _knowsOwnOnly = setting.Fault == ViewFault.KnowsOwnSentOnly;
        _news = _delay > 0 ? new() : null;
        _knowsAtOnce = _news is null && !_seesOthers;
        _views = new WorkerView[workers.Length];
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
        ref WorkerView view = ref _views[worker];
        view.Own++;
        view.Sent++;
        if (_seesOthers || _knowsAtOnce) Changed(worker);
        else Tell(worker, now);
    }

    /// <summary>A job of this router has ended, having run for so long.</summary>
    public void Ended(int worker, double duration, double now)
    {
        _views[worker].Own--;
        _learning?.Finished(worker, duration);
        if (_knowsAtOnce) Changed(worker);
        else Tell(worker, now);
    }

    /// <summary>Once a second: every worker reports, and the metrics actor decides the weights.</summary>
    public void Beat(double now)
    {
        if (_seesOthers)
        {
            for (int worker = 0; worker < _views.Length; worker++) Tell(worker, now);
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

    private void Tell(int worker, double now)
    {
        ref WorkerView view = ref _views[worker];
        News news = new(now, worker, view.Own, _seesOthers ? _fleet.Held[worker] - view.Own : 0, view.Sent);
        if (_news is not null) _news.Enqueue(news);
        else Hear(in news);
    }

    private void HearUntil(double time)
    {
        while (_news!.TryPeek(out News news) && news.At <= time)
        {
            _news.Dequeue();
            Hear(in news);
        }
    }

    private void Hear(in News news)
    {
        ref WorkerView view = ref _views[news.Worker];
        if (_seesOthers) _share.Change(news.Own - view.ReportedOwn, news.Others - view.ReportedOthers);
        (view.ReportedOwn, view.ReportedOthers, view.ReportedSent) = (news.Own, news.Others, news.Sent);
        Changed(news.Worker);
    }

    private int InFlight(in WorkerView view)
    {
        if (_knowsAtOnce) return view.Own;

        int reported = view.ReportedOwn + view.ReportedOthers;
        if (!_seesOthers || _forgetsSent) return reported;
        int sent = (int)(view.Sent - view.ReportedSent);
        return reported + sent + (_knowsOwnOnly ? 0 : _share.SentByOthers(sent));
    }

    private void SetWeight(int worker, int weight) => _candidates.SetWeight(worker, weight, _candidates.Slots(worker));

    private void Synchronise()
    {
        for (int i = 0; i < _changes; i++)
        {
            int worker = _changed[i];
            if (_late) _candidates.SetEligible(worker, _fleet.Free[worker] > 0);
            _candidates.SetInFlight(worker, InFlight(in _views[worker]));
        }
        _changes = 0;
    }

    /// <summary>What a worker reported, as far as it is known here.</summary>
    /// <param name="At">When it was so.</param>
    /// <param name="Worker">Which.</param>
    /// <param name="Own">Jobs of this router there.</param>
    /// <param name="Others">Jobs of other routers there.</param>
    /// <param name="Sent">How many this router had sent it before, ever.</param>
    private readonly record struct News(double At, int Worker, int Own, int Others, long Sent);

    private struct WorkerView
    {
        public int Own;
        public long Sent;
        public int ReportedOwn;
        public int ReportedOthers;
        public long ReportedSent;
    }
}
