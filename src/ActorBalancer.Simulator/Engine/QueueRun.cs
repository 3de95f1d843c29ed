using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Engine;

/// <summary>
/// One run: jobs arrive at routers, are bound to workers, wait and run, event by event in virtual time. Every choice is the production
/// strategy's, by the dispatcher's two rules. Early: it picks among all workers as the job arrives, and the job waits in that worker's
/// line. Late: jobs wait at the router in one line, and it picks among workers with a free slot as soon as there is one. Messages take no
/// time here and nothing is sent ahead: a worker's credit is its free slots.
/// </summary>
internal sealed class QueueRun
{
    private readonly JobStream _stream;
    private readonly bool _late;
    private readonly double[] _speed;
    private readonly int[] _free;
    private readonly int[] _turn;
    private readonly RouterView[] _routers;
    private readonly JobLine[] _lines;
    private readonly JobPool _pool = new();
    private readonly CompletionHeap _running = new();
    private readonly Tally _tally;
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
        _speed = [.. workers.Select(w => w.Speed)];
        _free = [.. workers.Select(w => w.Slots)];
        _turn = new int[workers.Length];
        _routers = new RouterView[setting.Routers];
        var dice = new Dice(strategySeed);
        for (int i = 0; i < _routers.Length; i++)
            _routers[i] = new RouterView(workers, setting.Strategy, setting.Options, dice.Next(), _free, _late, setting.Delay);
        _lines = new JobLine[_late ? _routers.Length : workers.Length];
        _tally = new Tally(workers.Length);
    }

    /// <summary>Hears of every binding: the number of the job in order of arrival, and its worker. For tests.</summary>
    public Action<long, int>? Bound { get; init; }

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
            if (_running.NextTime <= next.At)
            {
                Finish();
                continue;
            }
            Pass(next.At);
            Arrive(in next, number, number >= firstCounted, number == firstCounted, number == total - 1);
            if ((++number & 0xFFFF) == 0) stop.ThrowIfCancellationRequested();
            if (number < total) _stream.Next(out next);
        }
        while (_running.Count > 0) Finish();
        _tally.Check();
        return _tally;
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
        _routers[job.Router].Count(worker, -1, _now);
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
        _routers[router].Count(worker, 1, _now);
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
        _tally.Start(in job, _speed[worker]);
        _running.Add(_now + (job.Service / _speed[worker]), slot);
    }

    private void TellFreeSlots(int worker)
    {
        foreach (RouterView router in _routers) router.Changed(worker);
    }
}
