using System.Text;
using System.Text.Json;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Node.Processes;
using ActorBalancer.Strategies;

namespace ActorBalancer.Node.Demo;

/// <summary>
/// One strategy's part of the demo: a stream of jobs with always several waiting for each slot, so that it shows how well
/// the strategy keeps unequal workers busy, and a look at every result.
/// </summary>
internal sealed class StrategyTrial
{
    public const string Queue = "demo";

    private const string Kind = "sha256";

    // Jobs under way for each slot: enough that no worker is idle for want of jobs, few enough that one that joins gets its
    // share of those still to come.
    private const int PerSlot = 8;

    // Each job is at most a few files' worth of work; so long a silence means that jobs are lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StrategyInfo _strategy;
    private readonly JobClient _client;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<SampleFile> _files;
    private readonly DemoWorker[] _present;
    private readonly AlteredFiles _altered;
    private readonly int _room;
    private readonly long[] _submitted;
    private readonly List<TimeSpan> _responses = [];
    private readonly Dictionary<string, (int Jobs, TimeSpan LastEnd)> _byWorker = [];
    private readonly List<RanJob> _ended = [];
    private long _began;
    private TimeSpan _drain;
    private int _right, _wrong, _lost, _refused, _rerun;
    private volatile int _given;
    private volatile bool _enough;
    private volatile int _finished;

    public StrategyTrial(
        StrategyInfo strategy, JobClient client, IReadOnlyList<SampleFile> files, int jobs, IReadOnlyList<DemoWorker> present,
        AlteredFiles altered, TimeProvider clock)
    {
        _strategy = strategy;
        _client = client;
        _clock = clock;
        _files = files;
        _present = [.. present];
        _room = PerSlot * _present.Sum(w => w.Slots);
        _altered = altered;
        _submitted = new long[jobs];
    }

    /// <summary>Jobs that ended so far; another thread may read it.</summary>
    public int Finished => _finished;

    public int Jobs => _submitted.Length;

    /// <summary>The jobs that ended, in the order of their ends.</summary>
    public IReadOnlyList<RanJob> Ended => _ended;

    /// <summary>The first thing that is wrong, in a sentence; null while nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Runs the jobs to the last one; after the first wrong one only those that are under way.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _client.SetQueueAsync(Queue, _strategy.Id, _strategy.DefaultBinding, paused: null, _strategy.DefaultWeights, stop);
        using CancellationTokenSource silence = new(Patience, _clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, stop);
        _began = _clock.GetTimestamp();
        try
        {
            await foreach (RanJob job in _client.RunAsync(Requests(), _room, either.Token))
            {
                silence.CancelAfter(Patience);
                Count(job, stop);
                _enough = Problem is not null;
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The feeder may hold one more than there is room for, which it has not submitted.
            _lost += Math.Min(_given - Finished - _refused, _room);
            Problem ??= $"{_lost} jobs under {_strategy.Id} have no outcome, and none came for {Patience.TotalSeconds:0} s";
        }
    }

    /// <summary>
    /// Some jobs that nobody counts: they make the queue, and what is compiled on first use is not charged to the first
    /// strategy.
    /// </summary>
    public static async Task WarmUpAsync(JobClient client, CancellationToken stop)
    {
        IEnumerable<JobRequest> echoes = Enumerable.Range(0, 100).Select(_ => new JobRequest { Kind = "echo", Queue = Queue, Payload = "0"u8.ToArray() });
        await foreach (RanJob _ in client.RunAsync(echoes, cancellation: stop))
        {
            // Only that they end counts.
        }
    }

    public StrategyReport Report(IReadOnlyList<DemoWorker> joined)
    {
        _responses.Sort();
        double capacity = _present.Sum(w => w.Slots);
        bool equal = _strategy.Id == "round-robin";
        List<WorkerShare> shares = [];
        foreach (DemoWorker worker in _present)
            shares.Add(Share(worker, equal ? 1.0 / _present.Length : worker.Slots / capacity));
        foreach (DemoWorker worker in joined)
            shares.Add(Share(worker, promised: null));
        return new StrategyReport(
            _strategy.Id, _right + _wrong + _lost, _right, _wrong, _lost, _rerun, Math.Round(_drain.TotalSeconds, 3), Percentile(50), Percentile(99), shares);
    }

    private IEnumerable<JobRequest> Requests()
    {
        // The same seed for each strategy: they all get the same jobs.
        Dice dice = new(1);
        for (int i = 0; i < _submitted.Length && !_enough; i++)
        {
            SampleFile file = _files[i % _files.Count];
            HashJob job = new(file.Path, 5 + (int)dice.Below(46));
            _submitted[i] = _clock.GetTimestamp();
            _given = i + 1;
            yield return new JobRequest
            {
                Kind = Kind,
                Queue = Queue,
                Source = file.Source,
                Payload = JsonSerializer.SerializeToUtf8Bytes(job, NodeJson.Default.HashJob),
            };
        }
    }

    private void Count(in RanJob job, CancellationToken stop)
    {
        long now = _clock.GetTimestamp();
        _drain = _clock.GetElapsedTime(_began, now);
        SampleFile file = _files[(int)(job.Index % _files.Count)];
        if (job.Code != RefusalCode.None)
        {
            _refused++;
            // It may have been accepted all the same; then its outcome is what was lost.
            if (job.Code == RefusalCode.OutcomeUnknown)
                _lost++;
            Problem ??= $"the job of {file.Source} was refused under {_strategy.Id}: {job.Error}";
            return;
        }

        _ended.Add(job);
        _rerun += job.LostRuns;
        _responses.Add(_clock.GetElapsedTime(_submitted[job.Index], now));
        _byWorker[job.Worker] = (_byWorker.GetValueOrDefault(job.Worker).Jobs + 1, _drain);
        if (IsRight(job, file, stop))
        {
            _right++;
        }
        else
        {
            _wrong++;
            string got = job.Succeeded ? $"gave {Digest(job)} instead of {file.Digest}" : $"ended as {job.State.ToString().ToLowerInvariant()}: {job.Error}";
            Problem ??= $"the job of {file.Source} under {_strategy.Id} on {job.Worker} {got}";
        }
        _finished = _ended.Count;
    }

    private bool IsRight(in RanJob job, SampleFile file, CancellationToken stop)
    {
        if (!job.Succeeded)
            return _altered.ExplainsFailure(file);
        string digest = Digest(job);
        return digest == file.Digest || _altered.Explains(file, digest, stop);
    }

    private static string Digest(in RanJob job) => Encoding.UTF8.GetString(job.Result.Span).Trim('"');

    private WorkerShare Share(DemoWorker worker, double? promised)
    {
        bool had = _byWorker.TryGetValue(worker.Name, out (int Jobs, TimeSpan LastEnd) done);
        return new WorkerShare(worker.Name, Round(done.Jobs / (double)Math.Max(1, _ended.Count)), promised is { } p ? Round(p) : null)
        {
            Slots = worker.Slots,
            Jobs = done.Jobs,
            LastEnd = had ? done.LastEnd : null,
        };
    }

    /// <summary>Nearest rank.</summary>
    private double Percentile(int percent)
    {
        if (_responses.Count == 0)
            return 0;
        int rank = (int)Math.Ceiling(percent / 100.0 * _responses.Count);
        return Math.Round(_responses[rank - 1].TotalMilliseconds, 1);
    }

    private static double Round(double share) => Math.Round(share, 4);
}
