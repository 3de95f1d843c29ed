using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>A worker that was given up in silence, and is back with what it still runs.</summary>
public sealed class StrayRunTests
{
    private readonly Dispatcher _router = new(TestOptions.Balancer, 1, "r", 1) { Now = new Moment(1, 1) };
    private readonly List<AssignedJob> _sent = [];

    [Fact]
    public void Runs_that_count_as_lost_take_the_room_of_their_worker_until_they_end()
    {
        _router.Claimed([]);
        Hello([]);
        Report(number: 1, credit: 4, held: []);
        _router.Submitted(0, 1, JobBatch.From([.. Enumerable.Range(0, 10).Select(_ => VirtualCluster.Job(1))], BatchRule.RowByRow), notify: false);
        Assert.Equal(4, Flush());
        HeldRun[] held = [.. _sent.Select(j => new HeldRun(new RunToken(1, j.Slot, j.Generation), j.Key, j.Attempt, 1))];

        GiveUp();
        Flush();
        Hello(held);
        // All that it has room for is taken by what it runs still.
        Report(number: 2, credit: 4, held);
        Assert.Equal(0, Flush());
        // Two of them have ended.
        FinishedRun[] ended = [.. held[..2].Select(run => new FinishedRun { Token = run.Token, Key = run.Key, Outcome = AttemptOutcome.Cancelled, StartedUnixMs = 1 })];
        Report(number: 3, credit: 6, held[2..], ended);
        Assert.Equal(2, Flush());
    }

    private void GiveUp()
    {
        _router.WorkerSilent(1);
        _router.Now = new Moment(60 * Moment.PerSecond, 60_000);
        _router.WorkerRemoved(1);
    }

    private void Hello(HeldRun[] held) => _router.WorkerHello(new WorkerHello
    {
        WorkerIncarnation = 1, Name = "w", Slots = 4, Weight = 4_000, Kinds = ["work"], LifePort = 0, Version = "", StartedUnixMs = 0, Held = held,
    });

    private void Report(long number, long credit, HeldRun[] held, FinishedRun[]? outcomes = null) => _router.WorkerReported(new WorkerReport
    {
        WorkerIncarnation = 1, RouterIncarnation = 1, Number = number, BatchSeen = 1, Credit = credit, FirstOutcome = 1, Outcomes = outcomes ?? [], Held = held,
    });

    /// <summary>How many jobs were sent.</summary>
    private int Flush()
    {
        int before = _sent.Count;
        bool again = true;
        while (again)
        {
            _router.Flush();
            DispatchEffects effects = _router.Effects;
            again = effects.Commit is not null || effects.OpenQueues.Count > 0;
            foreach (string name in effects.OpenQueues.ToArray())
                _router.QueueOpened(name, new QueueRow { Number = 0, Name = name });
            if (effects.Commit is not null)
                _router.Committed(CommitResult.Done);
            foreach ((int _, AssignBatch batch) in effects.Sends)
                _sent.AddRange(batch.Jobs);
            effects.Clear();
        }
        return _sent.Count - before;
    }
}
