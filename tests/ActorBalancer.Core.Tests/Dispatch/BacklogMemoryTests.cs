using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>A dispatcher over a store that makes up what it is asked for, so that two million waiting jobs cost this test nothing.</summary>
[Collection(nameof(BacklogMemoryTests))]
[CollectionDefinition(nameof(BacklogMemoryTests), DisableParallelization = true)]
public sealed class BacklogMemoryTests
{
    private const int Batch = 1_000;

    private readonly byte[] _payload = new byte[100];
    private readonly Dispatcher _router = new(TestOptions.Balancer, 1, "r", 1, DispatchLimits.Durable);
    private readonly Queue<FinishedRun> _held = new();
    private long _submitted, _done, _micros = 1, _reports, _outcomes, _seen;
    private int _loads;

    [Fact]
    public void Two_million_waiting_jobs_cost_no_more_memory_than_some_ten_thousand_and_the_last_thousand_what_the_first_did()
    {
        _router.Now = Now();
        _router.Claimed([]);
        _router.WorkerHello(new WorkerHello
        {
            WorkerIncarnation = 1, Name = "w", Slots = 500, Weight = 1_000, Kinds = ["work"], LifePort = 0, Version = "", StartedUnixMs = 0,
        });
        Submit(40_000);
        long few = GC.GetTotalMemory(forceFullCollection: true);
        Submit(2_000_000);
        long many = GC.GetTotalMemory(forceFullCollection: true);
        Assert.Equal(2_000_000, _router.Waiting);
        Assert.True(many - few < 4_000_000, $"{few:N0} bytes with 40,000 jobs, {many:N0} with two million");

        // What memory holds runs first; from then on every job is read from the store.
        Work(100_000);
        (long Bytes, int Loads) first = Cost(50_000);
        Work(1_900_000);
        (long Bytes, int Loads) last = Cost(50_000);
        Assert.InRange(last.Loads, first.Loads - 2, first.Loads + 2);
        // What the compiler makes better meanwhile only makes it less.
        Assert.True(last.Bytes < first.Bytes * 1.2, $"{first.Bytes:N0} bytes allocated for the first, {last.Bytes:N0} for the last");
        Work(2_000_000);
        Assert.Equal((0, 0), (_router.Waiting, _router.SlotsInUse));
    }

    private (long Bytes, int Loads) Cost(long jobs)
    {
        (long bytes, int loads) = (GC.GetAllocatedBytesForCurrentThread(), _loads);
        Work(_done + jobs);
        return (GC.GetAllocatedBytesForCurrentThread() - bytes, _loads - loads);
    }

    private Moment Now() => new(_micros += 10, 1_700_000_000_000 + _micros / 1000);

    private void Submit(long until)
    {
        for (; _submitted < until; _submitted += Batch)
        {
            _router.Now = Now();
            _router.Submitted(0, 1, Made(Batch), notify: false);
            Flush();
        }
    }

    /// <summary>The worker ends all that it holds and takes as many again.</summary>
    private void Work(long until)
    {
        while (_done < until)
        {
            FinishedRun[] outcomes = [.. _held];
            _held.Clear();
            _router.Now = Now();
            _router.WorkerReported(new WorkerReport
            {
                WorkerIncarnation = 1,
                RouterIncarnation = 1,
                Number = ++_reports,
                BatchSeen = _seen,
                FirstOutcome = _outcomes + 1,
                Outcomes = outcomes,
                Held = _reports == 1 ? [] : null,
                Credit = _outcomes + outcomes.Length + 500,
            });
            _outcomes += outcomes.Length;
            _done += outcomes.Length;
            Flush();
        }
    }

    private void Flush()
    {
        bool again = true;
        while (again)
        {
            _router.Now = Now();
            _router.Flush();
            DispatchEffects effects = _router.Effects;
            again = effects.Commit is not null || effects.OpenQueues.Count > 0 || effects.Loads.Count > 0;
            foreach (string name in effects.OpenQueues.ToArray())
                _router.QueueOpened(name, new QueueRow { Number = 0, Name = name });
            if (effects.Commit is not null)
                _router.Committed(CommitResult.Done);
            foreach (LoadQuery query in effects.Loads)
                _router.Loaded(query, Answer(query));
            foreach ((int _, AssignBatch batch) in effects.Sends)
            {
                _seen = Math.Max(_seen, batch.Number);
                foreach (AssignedJob job in batch.Jobs)
                {
                    Assert.Equal(_done + _held.Count, JobKey.Sequence(job.Key));
                    _held.Enqueue(new FinishedRun
                    {
                        Token = new RunToken(1, job.Slot, job.Generation), Key = job.Key, Outcome = AttemptOutcome.Succeeded, StartedUnixMs = 1, DurationMicros = 1,
                    });
                }
            }
            effects.Clear();
        }
    }

    private StoredJobs Answer(LoadQuery query)
    {
        Assert.Equal((LoadFrom.Ready, "work"), (query.From, query.Kind));
        _loads++;
        int count = (int)Math.Clamp(_submitted - JobKey.Sequence(query.AfterKey + 1), 0, query.Limit);
        return new StoredJobs
        {
            Jobs = Made(count),
            Keys = [.. Enumerable.Range(1, count).Select(i => query.AfterKey + i)],
            Used = new int[count],
            Crashes = new int[count],
            Runs = new int[count],
            RunAt = new long[count],
            SubmittedUnixMs = new long[count],
        };
    }

    private JobBatch Made(int count) => new()
    {
        Count = count,
        Blob = new byte[count * _payload.Length],
        Starts = [.. Enumerable.Range(0, count + 1).Select(i => i * _payload.Length)],
        Kinds = ["work"],
        Queues = ["default"],
    };
}
