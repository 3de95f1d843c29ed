using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Engine;

/// <summary>
/// One run: jobs arrive at routers, are bound to workers, wait and run, event by event in virtual time. Every choice is the production
/// strategy's, by the dispatcher's two rules. Early: it picks among all workers as the job arrives, and the job waits in that worker's
/// line. Late: jobs wait at the router in one line, and it picks among workers with a free slot as soon as there is one. Messages take no
/// time here and nothing is sent ahead: a worker's credit is its free slots. Once a second, where there is something to it, workers report and
/// weights are learned, router by router.
/// </summary>
internal sealed class QueueRun
{
    private readonly JobStream _stream;
    private readonly bool _late;
    private readonly FleetState _fleet;
    private readonly double[] _speed;
    private readonly int[] _free;
    private readonly int[] _slots;
    private readonly int[] _turn;
    private readonly RouterView[] _routers;
    private readonly JobLine[] _lines;
    private readonly JobPool _pool = new();
    private readonly CompletionHeap _running = new();
    private readonly Tally _tally;
    private readonly IReadOnlyList<SpeedChange> _speedChanges;
    private readonly double _beat;
    private long _beats;
    private int _speedChange;
    private double _nextTick = double.PositiveInfinity;
    private long _waiting;
    private double _now;

    /// <param name="setting">What all runs have in common.</param>
    /// <param name="stream">The jobs.</param>
    /// <param name="strategySeed">Of the strategies' dice.</param>
    public QueueRun(RunSetting setting, JobStream stream, ulong strategySeed)
    {
        _stream = stream;
        _late = setting.Binding == Binding.Late;
        SimulatedWorker[] workers = setting.Workers;
        _fleet = new FleetState(workers);
        _speed = _fleet.Speed;
        _free = _fleet.Free;
        _slots = [.. workers.Select(w => w.Slots)];
        _turn = new int[workers.Length];
        _routers = new RouterView[setting.Routers];
        var dice = new Dice(strategySeed);
        for (int i = 0; i < _routers.Length; i++)
            _routers[i] = new RouterView(setting, _fleet, dice.Next());
        _lines = new JobLine[_late ? _routers.Length : workers.Length];
        _tally = new Tally(workers.Length);
        _speedChanges = setting.Changes;
        // The routers have their second one after the other.
        _beat = setting.HasBeat ? 1 / (setting.ServiceSeconds * _routers.Length) : double.PositiveInfinity;
        SetNextTick();
    }

    /// <summary>Hears of every binding: the number of the job in order of arrival, and its worker. For tests.</summary>
    public Action<long, int>? Bound { get; init; }

    /// <summary>The time of the last event.</summary>
    public double Now => _now;

    /// <summary>The weight by which a router's strategy counts a worker now, in thousandths.</summary>
    public int WeightOf(int router, int worker) => _routers[router].WeightOf(worker);

    /// <param name="ahead">Jobs that come before those that count, to fill the system.</param>
    /// <param name="jobs">How many follow.</param>
    /// <param name="cut">How many of those do not count either.</param>
    /// <param name="stop">Ends it with an exception.</param>
    public Tally Play(long ahead, long jobs, long cut, CancellationToken stop = default)
    {
        long total = ahead + jobs;
        long firstCounted = ahead + cut;
        _stream.Next(out SimulatedJob next);
        for (long number = 0; number < total;)
        {
            // What ends as a job arrives has ended before.
            if (_running.NextTime <= next.At || _nextTick <= next.At)
            {
                Step();
                continue;
            }
            Pass(next.At);
            Arrive(in next, number, number >= firstCounted, number == firstCounted, number == total - 1);
            if ((++number & 0xFFFF) == 0) stop.ThrowIfCancellationRequested();
            if (number < total) _stream.Next(out next);
        }
        while (_running.Count > 0) Step();
        _tally.Check();
        return _tally;
    }

    private void Step()
    {
        if (_nextTick < _running.NextTime) Tick();
        else Finish();
    }

    /// <summary>A second is over at a router, or a worker's speed changes.</summary>
    private void Tick()
    {
        Pass(_nextTick);
        if (_speedChange < _speedChanges.Count && _speedChanges[_speedChange].At <= _now)
        {
            SpeedChange change = _speedChanges[_speedChange++];
            double before = _speed[change.Worker];
            _speed[change.Worker] = change.Speed;
            _running.Stretch(_now, before / change.Speed, job => _pool[job].Worker == change.Worker);
            _tally.Change((_slots[change.Worker] - _free[change.Worker]) * (change.Speed - before));
        }
        else
        {
            _routers[_beats++ % _routers.Length].Beat(_now);
        }
        SetNextTick();
    }

    private void SetNextTick()
    {
        double change = _speedChange < _speedChanges.Count ? _speedChanges[_speedChange].At : double.PositiveInfinity;
        _nextTick = Math.Min(change, (_beats + 1) * _beat);
    }

    private void Pass(double now)
    {
        _now = now;
        _tally.Pass(now);
    }

    private void Arrive(in SimulatedJob arriving, long number, bool counted, bool first, bool last)
    {
        _tally.Arrive(first, last);
        int slot = _pool.Add();
        ref JobPool.Entry job = ref _pool[slot];
        job.At = arriving.At;
        job.Service = arriving.Service;
        job.Router = arriving.Router;
        job.Counted = counted;
        job.Number = number;
        job.Source = arriving.Source;
        if (!_late)
        {
            int worker = Bind(slot, arriving.Router);
            if (_free[worker] > 0) Start(slot);
            else _lines[worker].Add(_pool, slot);
            return;
        }
        // A router whose own jobs wait found no free slot for them, so there is none for this one.
        if (_waiting > 0 || !BindAndStart(slot, arriving.Router))
        {
            _lines[arriving.Router].Add(_pool, slot);
            _waiting++;
        }
    }

    private void Finish()
    {
        Pass(_running.NextTime);
        int slot = _running.Take();
        ref JobPool.Entry job = ref _pool[slot];
        int worker = job.Worker;
        _tally.Finish(in job, _speed[worker]);
        _free[worker]++;
        _fleet.Held[worker]--;
        _routers[job.Router].Ended(worker, _now - job.Started, _now);
        _pool.Remove(slot);
        if (!_late)
        {
            ref JobLine line = ref _lines[worker];
            if (line.Count > 0) Start(line.Take(_pool));
            return;
        }
        TellFreeSlots(worker);
        if (_waiting > 0) StartWaiting(worker);
    }

    /// <summary>The slot goes to the routers with waiting jobs in turn, as a worker divides its credit among those with demand.</summary>
    private void StartWaiting(int worker)
    {
        int router = _turn[worker];
        while (_lines[router].Count == 0) router = (router + 1) % _routers.Length;
        _turn[worker] = (router + 1) % _routers.Length;
        if (BindAndStart(_lines[router].First, router))
        {
            _lines[router].Take(_pool);
            _waiting--;
        }
    }

    private bool BindAndStart(int slot, int router)
    {
        if (Bind(slot, router) < 0) return false;
        Start(slot);
        return true;
    }

    private int Bind(int slot, int router)
    {
        ref JobPool.Entry job = ref _pool[slot];
        int worker = _routers[router].Pick(job.Source, _now);
        if (worker < 0) return worker;
        job.Worker = worker;
        _fleet.Held[worker]++;
        _routers[router].Bound(worker, _now);
        _tally.Bind(in job);
        Bound?.Invoke(job.Number, worker);
        return worker;
    }

    private void Start(int slot)
    {
        ref JobPool.Entry job = ref _pool[slot];
        int worker = job.Worker;
        _free[worker]--;
        if (_late) TellFreeSlots(worker);
        job.Started = _now;
        _tally.Start(in job, _speed[worker]);
        _running.Add(_now + (job.Service / _speed[worker]), slot);
    }

    private void TellFreeSlots(int worker)
    {
        foreach (RouterView router in _routers) router.Changed(worker);
    }
}
