using System.Buffers.Binary;
using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;
using ActorBalancer.Tests.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Tests.Engine;

/// <summary>
/// The same jobs through the whole production dispatcher and memory store, in virtual time without latency. Workers run
/// what they get first come first served. Under early binding they grant credit without end, so a job's line is at its worker; under late
/// binding as much as they have slots, so nothing is sent ahead.
/// </summary>
internal sealed class DispatcherRun
{
    private const string Kind = "work";
    private const string Queue = "default";

    private readonly MemoryJobStore _store;
    private readonly Dispatcher _router;
    private readonly Worker[] _workers;
    private readonly PriorityQueue<(int Worker, AssignedJob Job, long Incarnation), long> _ends = new();
    private readonly TimedJob[] _jobs;
    private readonly int[] _placements;
    private readonly List<long> _times = [];
    private long _now = 1;

    private DispatcherRun(RunSetting setting, TimedJob[] jobs, ulong seed)
    {
        _jobs = jobs;
        _placements = new int[jobs.Length];
        Array.Fill(_placements, -1);
        var clock = new ManualClock();
        var options = TestOptions.Balancer with
        {
            QueueDefaults = TestOptions.Queue with { Strategy = setting.Strategy, Binding = setting.Binding, Choices = setting.Options.Choices },
        };
        _store = new MemoryJobStore(clock, options.Memory, 10);
        long incarnation = Completed(_store.RegisterAsync(new NodeRow("r", "r", 0), TimeSpan.FromDays(30), default)).Incarnation;
        _router = new Dispatcher(options, incarnation, "r", seed) { Now = Now };
        _workers = [.. setting.Workers.Select(w => new Worker(w, setting.Binding == Binding.Late ? w.Slots : 1_000_000))];
        for (int i = 0; i < _workers.Length; i++)
        {
            SimulatedWorker worker = setting.Workers[i];
            _router.WorkerHello(new WorkerHello
            {
                WorkerIncarnation = i + 1, Name = worker.Name, Slots = worker.Slots, Weight = worker.Weight, Kinds = [Kind], LifePort = 0, Version = "", StartedUnixMs = 0,
            });
        }
        _router.WeightsChanged(new Weights(1, [.. setting.Workers.Select((w, i) => new WorkerWeight(i + 1, w.Weight))]));
        for (int i = 0; i < _workers.Length; i++) Report(i, []);
    }

    private Moment Now => new(_now, 1_700_000_000_000 + (_now / 1000));

    /// <summary>The worker of each job.</summary>
    public static int[] Place(RunSetting setting, TimedJob[] jobs, ulong seed)
    {
        var run = new DispatcherRun(setting, jobs, seed);
        for (int next = 0; next < jobs.Length || run._ends.Count > 0;)
        {
            if (run._ends.TryPeek(out _, out long end) && (next == jobs.Length || end <= jobs[next].AtMicros + 1))
                run.Finish();
            else
                run.Submit(next++);
        }
        Assert.Equal(run._times.Count, run._times.Distinct().Count());
        return run._placements;
    }

    private void Submit(int number)
    {
        byte[] payload = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        Pass(_jobs[number].AtMicros + 1);
        _router.Submitted(0, number + 1, JobBatch.From([new JobRequest { Kind = Kind, Payload = payload, Queue = Queue, Source = _jobs[number].Source }], BatchRule.RowByRow), true);
        Flush();
    }

    private void Finish()
    {
        _ends.TryPeek(out _, out long at);
        var (worker, job, incarnation) = _ends.Dequeue();
        Pass(at);
        _workers[worker].Free++;
        Report(worker, [new FinishedRun
        {
            Token = new RunToken(incarnation, job.Slot, job.Generation), Key = job.Key, Outcome = AttemptOutcome.Succeeded, StartedUnixMs = 1, DurationMicros = 1, Result = default,
        }]);
        Start(worker);
    }

    private void Pass(long micros)
    {
        _now = micros;
        _times.Add(micros);
        _router.Now = Now;
    }

    private void Report(int index, FinishedRun[] outcomes)
    {
        Worker worker = _workers[index];
        _router.WorkerReported(new WorkerReport
        {
            WorkerIncarnation = index + 1,
            RouterIncarnation = _router.Incarnation,
            Number = ++worker.Reports,
            BatchSeen = worker.Seen,
            FirstOutcome = worker.Outcomes + 1,
            Outcomes = outcomes,
            Held = worker.Reports == 1 ? [] : null,
            Credit = worker.Outcomes + outcomes.Length + worker.Grant,
        });
        worker.Outcomes += outcomes.Length;
        Flush();
    }

    private void Flush()
    {
        bool again = true;
        while (again)
        {
            _router.Flush();
            DispatchEffects effects = _router.Effects;
            again = effects.Commit is not null || effects.OpenQueues.Count > 0;
            foreach (string name in effects.OpenQueues.ToArray())
                _router.QueueOpened(name, Completed(_store.OpenQueueAsync(_router.Incarnation, name, default)));
            if (effects.Commit is { } commit) _router.Committed(Completed(_store.CommitAsync(commit, default)));
            foreach ((int row, AssignBatch batch) in effects.Sends)
            {
                if (batch.Number > 0) _workers[row].Seen = batch.Number;
                foreach (AssignedJob job in batch.Jobs)
                {
                    _placements[BinaryPrimitives.ReadInt32LittleEndian(job.Payload.Span)] = row;
                    _workers[row].Line.Enqueue((job, batch.RouterIncarnation));
                }
                Start(row);
            }
            effects.Clear();
        }
    }

    private void Start(int index)
    {
        Worker worker = _workers[index];
        while (worker.Free > 0 && worker.Line.TryDequeue(out var next))
        {
            worker.Free--;
            long service = _jobs[BinaryPrimitives.ReadInt32LittleEndian(next.Job.Payload.Span)].ServiceMicros;
            _ends.Enqueue((index, next.Job, next.Incarnation), _now + (long)(service / worker.Speed));
        }
    }

    private static T Completed<T>(ValueTask<T> call) => call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("the memory store waits");

    private sealed class Worker(SimulatedWorker worker, long grant)
    {
        public double Speed => worker.Speed;

        public long Grant => grant;

        public int Free { get; set; } = worker.Slots;

        public Queue<(AssignedJob Job, long Incarnation)> Line { get; } = new();

        public long Reports { get; set; }

        public long Outcomes { get; set; }

        public long Seen { get; set; }
    }
}
