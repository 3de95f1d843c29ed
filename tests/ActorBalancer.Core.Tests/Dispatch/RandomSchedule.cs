using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;
using ActorBalancer.Dispatch;
using static ActorBalancer.Core.Tests.Dispatch.DispatchTest;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>
/// One random life of a small cluster, all from one number: fleet, jobs, handlers that fail, switches, cancels, retries by hand, joins, deaths,
/// silences, drains, outages, new routers, and messages that get lost, come twice or late. Then the faults stop and
/// everything has to come to its end.
/// </summary>
internal sealed class RandomSchedule
{
    private static readonly string[] Kinds = ["a", "b", "c"];

    private readonly Random _dice;
    private readonly VirtualCluster _cluster;
    private readonly bool _ordered;
    private readonly Dictionary<long, string?> _sourceOf = [];
    private readonly List<string> _log = [];
    private readonly HashSet<string> _cutOff = [];
    private readonly int _prefetch;
    private readonly bool _isWindowed;
    private int _names;
    private bool _reorders;

    private RandomSchedule(int seed)
    {
        _dice = new Random(seed);
        _ordered = _dice.Next(3) == 0;
        _prefetch = _dice.Next(3) * 4;
        BalancerOptions options = With(
            StrategyCatalog.Ids[_dice.Next(StrategyCatalog.Ids.Count)], _ordered ? QueueOrder.Source : QueueOrder.None, attempts: 20, prefetch: _prefetch);
        options = options with
        {
            QueueDefaults = options.QueueDefaults with { Backoff = options.QueueDefaults.Backoff with { First = TimeSpan.FromMilliseconds(50) } },
            Router = options.Router with { BatchJobs = 1 + _dice.Next(8) },
        };
        // Few streams, so that their windows overflow.
        _isWindowed = _dice.Next(3) > 0;
        DispatchLimits? limits = !_isWindowed ? null : new DispatchLimits
        {
            StreamJobs = 1 + _dice.Next(6),
            StreamBytes = _dice.Next(3) == 0 ? 8 + _dice.Next(64) : 1 << 20,
            SourceJobs = 1 + _dice.Next(4),
            LoadJobs = 1 + _dice.Next(8),
        };
        _cluster = new VirtualCluster(options, seed, latencyMicros: 100 + _dice.Next(2_000), limits) { LateLoads = _dice.Next(2) == 0 };
    }

    /// <summary>Plays the schedule; what is wrong at its end or on the way, or null.</summary>
    public static string? Play(int seed)
    {
        var schedule = new RandomSchedule(seed);
        try
        {
            schedule.Play();
            return null;
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            return $"{wrong.Message}\n{string.Join('\n', schedule._log)}\n{wrong.StackTrace}";
        }
    }

    private void Play()
    {
        for (int i = 1 + _dice.Next(3); i > 0; i--)
            Join(_dice.Next(2) == 0 ? Kinds : [Kinds[_dice.Next(3)], Kinds[_dice.Next(3)]]);
        _cluster.Run(Second);
        if (_dice.Next(3) > 0)
        {
            _cluster.Loss = _dice.NextDouble() * 0.3;
            // A connection keeps the order of its messages. Words that overtake each other from one incarnation of the router to the
            // next are tested by name, since they may cost a second run.
            _reorders = _dice.Next(2) == 0;
            _cluster.Doubling = _reorders ? _dice.NextDouble() * 0.3 : 0;
            _cluster.Lateness = _reorders ? _dice.NextDouble() * 0.3 : 0;
        }
        for (int step = 5 + _dice.Next(15); step > 0; step--)
        {
            Step();
            _cluster.Pass(_dice.NextDouble() * (_dice.Next(8) == 0 ? 3_000 : _dice.Next(2) == 0 ? 60 : 6));
        }
        Heal();
        Check();
    }

    private void Step()
    {
        VirtualWorker[] alive = [.. _cluster.Workers.Where(w => w.Alive)];
        VirtualWorker? worker = alive.Length == 0 ? null : alive[_dice.Next(alive.Length)];
        switch (_dice.Next(17))
        {
            case 0: Join(Kinds); break;
            case 1 when worker is not null: Note($"kill {worker.Name}"); worker.Kill(evidence: _dice.Next(3) > 0); break;
            case 2 when worker is not null: Silence(worker); break;
            case 3 when worker is not null: Note($"leave {worker.Name}"); worker.Leave(_dice.Next(200) * Millisecond); break;
            case 4 when worker is not null: Drain(worker); break;
            case 5 when !_reorders: Restart(); break;
            case 6: Change(); break;
            case 7: CancelSome(); break;
            case 8: Outage(); break;
            case 9: _cluster.SetWeights(); break;
            case 10 when worker is not null: Replace(worker); break;
            case 11: RetrySome(); break;
            default: Submit(); break;
        }
    }

    private void Submit()
    {
        int jobs = 1 + _dice.Next(_isWindowed ? 40 : 12);
        Note($"submit {jobs}");
        string queue = $"q{_dice.Next(_isWindowed ? 1 : 3)}";
        int kinds = _isWindowed ? 2 : 3, priorities = _isWindowed ? 2 : 10;
        _cluster.Submit(Enumerable.Range(0, jobs).Select(_ => VirtualCluster.Job(
            _dice.Next(5) == 0 ? _dice.Next(400_000) : _dice.Next(10_000), Kinds[_dice.Next(kinds)], queue, _dice.Next(2) == 0 ? $"s{_dice.Next(3)}" : null, _dice.Next(priorities)) with
        {
            RunAt = _dice.Next(6) == 0 ? DateTimeOffset.FromUnixTimeMilliseconds(_cluster.UnixMs + _dice.Next(500)) : null,
        }));
    }

    private void Join(string[] kinds, string? name = null)
    {
        name ??= $"w{++_names}";
        Note($"join {name}: {string.Join(',', kinds)}");
        VirtualWorker worker = _cluster.AddWorker(name, 1 + _dice.Next(4), kinds: [.. kinds.Distinct()]);
        var fate = new Random(_dice.Next());
        worker.Ends = _ => fate.Next(8) switch
        {
            0 => End(AttemptOutcome.Failed),
            1 => End(AttemptOutcome.Retry, fate.Next(300)),
            2 => End(AttemptOutcome.Discarded),
            _ => End(AttemptOutcome.Succeeded),
        };
    }

    /// <summary>Unreachable for a while; removed from the cluster if that takes long.</summary>
    private void Silence(VirtualWorker worker)
    {
        long micros = (_dice.Next(2) == 0 ? _dice.Next(2_000) : 5_000 + _dice.Next(20_000)) * Millisecond;
        Note($"silence {worker.Name} for {micros / Millisecond} ms");
        worker.Paused = true;
        _cluster.At(_cluster.Now + Math.Min(micros / 2, 5 * Second), () => _cluster.Tell(r => r.WorkerSilent(worker.Incarnation)));
        // It stops its jobs itself after ten seconds, so that they may be stale although nobody else had them.
        if (micros > 9 * Second)
            _cutOff.Add(worker.Name);
        if (micros > 13 * Second)
        {
            _cluster.At(_cluster.Now + 13 * Second, () => _cluster.Tell(r =>
            {
                r.WorkerRemoved(worker.Incarnation);
                r.HeardOf(worker.Name);
            }));
        }
        _cluster.At(_cluster.Now + micros, () =>
        {
            worker.Paused = false;
            _cluster.Tell(r => r.WorkerReachable(worker.Incarnation));
        });
    }

    private void Drain(VirtualWorker worker)
    {
        Note($"drain {worker.Name}");
        _cluster.Tell(r => r.DrainOrdered(worker.Name, true));
        _cluster.At(_cluster.Now + _dice.Next(500) * Millisecond, () => _cluster.Tell(r => r.DrainOrdered(worker.Name, false)));
    }

    private void Replace(VirtualWorker worker)
    {
        Note($"replace {worker.Name}");
        worker.Kill(evidence: false);
        Join(Kinds, worker.Name);
    }

    private void Restart()
    {
        bool sameProcess = _dice.Next(2) == 0;
        Note($"restart, same process: {sameProcess}");
        _cluster.RestartRouter(sameProcess);
    }

    private void Change()
    {
        string queue = $"q{_dice.Next(3)}";
        bool pause = _dice.Next(3) == 0;
        string strategy = StrategyCatalog.Ids[_dice.Next(StrategyCatalog.Ids.Count)];
        Binding binding = (Binding)_dice.Next(2);
        Note($"change {queue}: {(pause ? "pause" : $"{strategy} {binding}")}");
        _cluster.Tell(r => pause ? r.SetQueue(queue, null, null, true) : r.SetQueue(queue, strategy, binding, null));
        if (pause)
            _cluster.At(_cluster.Now + _dice.Next(500) * Millisecond, () => _cluster.Tell(r => r.SetQueue(queue, null, null, false)));
    }

    private void CancelSome()
    {
        for (int i = _dice.Next(6); i > 0 && _cluster.Order.Count > 0; i--)
        {
            long key = _cluster.Order[^(1 + _dice.Next(Math.Min(20, _cluster.Order.Count)))];
            Note($"cancel {key:x}");
            _cluster.Cancel(key);
        }
    }

    private void RetrySome()
    {
        for (int i = _dice.Next(12); i > 0 && _cluster.Order.Count > 0; i--)
        {
            long key = _cluster.Order[_dice.Next(_cluster.Order.Count)];
            bool may = _cluster.Finals.TryGetValue(key, out OutcomeRow end) && JobTransitions.IsRetryable(end.State);
            RefusalCode code = _cluster.Retry(key);
            Note($"retry {key:x}: {code}");
            // Its end is stored, and the router has not heard of that.
            may &= !(code == RefusalCode.Conflict && _cluster.LateLoads);
            bool away = code == RefusalCode.NotReady || (code == RefusalCode.StoreUnavailable && _cluster.StoreAnswers is not null);
            if (code != (may ? RefusalCode.None : RefusalCode.Conflict) && !away)
                throw new InvalidOperationException($"the retry of job {key:x}, {(may ? end.State : "not final")}, was answered {code}");
        }
    }

    private void Outage()
    {
        Note("store away");
        _cluster.StoreAnswers = _dice.Next(4) == 0 && !_reorders ? CommitResult.Fenced : CommitResult.Unavailable;
        if (_cluster.StoreAnswers == CommitResult.Unavailable)
            _cluster.At(_cluster.Now + _dice.Next(800) * Millisecond, () => _cluster.StoreAnswers = null);
        else
            _cluster.OnRestart = () => _cluster.StoreAnswers = null;
    }

    private void Heal()
    {
        _cluster.Loss = _cluster.Doubling = _cluster.Lateness = 0;
        _cluster.Pass(1_000);
        _cluster.StoreAnswers = null;
        for (int i = 0; i < 3; i++)
            _cluster.Tell(r => r.SetQueue($"q{i}", null, null, false));
        Note("healed");
        Join(Kinds);
        // Two processes more than the worst poison needs, so that no suspect waits for want of a worker.
        Join(Kinds);
    }

    private void Check()
    {
        _cluster.AssertDrained();
        CheckOverlaps();
        if (_cluster is { Restarts: 0, Retried: 0 })
            Assert.Equal(_cluster.Accepted.Order(), _cluster.Finished.Keys.Order());
        foreach (VirtualWorker worker in _cluster.Workers)
            Assert.True(worker.MostHeld <= worker.Slots + _prefetch || Explained(worker), $"{worker.Name} held {worker.MostHeld} jobs with {worker.Slots} slots");
        bool cutOff = _cluster.Workers.Any(Explained);
        Assert.True(_cluster.Router.StaleOutcomes == 0 || cutOff, $"{_cluster.Router.StaleOutcomes} stale outcomes, and no worker was cut off");
    }

    /// <summary>It was given up although it lived, so that it may have run what others run too.</summary>
    private bool Explained(VirtualWorker worker) => _cutOff.Contains(worker.Name) || _cluster.Notices.Any(n => n.Kind == NoticeKind.WorkerLost && n.Subject == worker.Name);

    private bool Explained(VirtualRun run) => Explained(_cluster.Workers.Single(w => w.Incarnation == run.Incarnation));

    private void CheckOverlaps()
    {
        foreach (IGrouping<string, VirtualRun> runs in _cluster.Runs.GroupBy(r => _ordered && Source(r.Key) is { } source ? source : r.Key.ToString("x")))
        {
            VirtualRun? before = null;
            long end = 0;
            foreach (VirtualRun run in runs)
            {
                // Either of them may be the one that was given up: what lay in its mailbox when it stopped, it starts when it goes on.
                if (run.Started < end && !Explained(before!) && !Explained(run))
                    throw new InvalidOperationException($"{runs.Key}: {run} overlaps {before}");
                if (_cluster.EndOf(run) >= end)
                    (before, end) = (run, _cluster.EndOf(run));
            }
        }
    }

    private string? Source(long key)
    {
        if (!_sourceOf.TryGetValue(key, out string? source))
        {
            source = _cluster.Read(key).Source;
            _sourceOf[key] = source = source.Length <= 2 ? $"{JobKey.Queue(key)}/{source}" : null;
        }
        return source;
    }

    private void Note(string what) => _log.Add($"{_cluster.Now / 1000.0:0.0} ms: {what}");
}
