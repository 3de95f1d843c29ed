using ActorBalancer.Options;
using ActorBalancer.Simulator.Protocol;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Tests.Protocol;

/// <summary>The protocol with one of its rules left out, each in its own way.</summary>
internal static class BrokenProtocols
{
    /// <summary>By what is wrong; made anew for each schedule, since some remember what they saw.</summary>
    public static IReadOnlyDictionary<string, Func<Seams>> All { get; } = new Dictionary<string, Func<Seams>>
    {
        ["fence not checked"] = () => new NoFence(),
        ["token not checked"] = () => new NoToken(),
        ["outcome forgotten before commit"] = () => new EarlyAcknowledgement(),
        ["a gap not resent"] = () => new NoResending(),
        ["credit leaked"] = () => new LeakingCredit(),
        ["credit given twice"] = () => new DoubleCredit(),
        ["hello ignored"] = () => new DeafToHellos(),
        ["an unknown commit guessed to be stored"] = () => new Guess(isStored: true),
        ["an unknown commit guessed to be lost"] = () => new Guess(isStored: false),
    };

    /// <summary>A fenced router's commits land.</summary>
    private sealed class NoFence : Seams
    {
        public override SharedStore MakeStore(TimeProvider clock, MemoryOptions limits, int maxQueues) => new OpenStore(clock, limits, maxQueues);

        private sealed class OpenStore(TimeProvider clock, MemoryOptions limits, int maxQueues) : SharedStore(clock, limits, maxQueues)
        {
            private bool _isCommit;

            public override ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
            {
                _isCommit = true;
                ValueTask<CommitResult> result = base.CommitAsync(commit, cancellation);
                _isCommit = false;
                return result;
            }

            protected override bool IsGone(long incarnation) => !_isCommit && base.IsGone(incarnation);
        }
    }

    /// <summary>Whatever outcome a worker reports of a job is taken for that of the job's present run.</summary>
    private sealed class NoToken : Seams
    {
        private readonly Dictionary<(RouterNode Router, long Worker, long Key), RunToken> _newest = [];

        public override AssignBatch? Send(RouterNode router, AssignBatch batch)
        {
            foreach (AssignedJob job in batch.Jobs)
                _newest[(router, batch.WorkerIncarnation, job.Key)] = new RunToken(batch.RouterIncarnation, job.Slot, job.Generation);
            return batch;
        }

        public override WorkerReport Read(RouterNode router, WorkerReport report) => Copies.Of(report, report.Credit, [.. report.Outcomes.Select(run =>
        {
            run.Token = _newest.GetValueOrDefault((router, report.WorkerIncarnation, run.Key), run.Token);
            return run;
        })]);
    }

    /// <summary>A worker is told that an outcome is stored as soon as the router has read it.</summary>
    private sealed class EarlyAcknowledgement : Seams
    {
        private readonly Dictionary<(long Router, long Worker), long> _read = [];

        public override WorkerReport Read(RouterNode router, WorkerReport report)
        {
            _read[(report.RouterIncarnation, report.WorkerIncarnation)] = report.FirstOutcome + report.Outcomes.Length - 1;
            return report;
        }

        public override AssignBatch? Send(RouterNode router, AssignBatch batch) =>
            Copies.Of(batch, Math.Max(batch.OutcomesCommitted, _read.GetValueOrDefault((batch.RouterIncarnation, batch.WorkerIncarnation))));
    }

    /// <summary>A batch that got lost is lost.</summary>
    private sealed class NoResending : Seams
    {
        private readonly Dictionary<(long Router, long Worker), long> _sent = [];

        public override AssignBatch? Send(RouterNode router, AssignBatch batch)
        {
            (long, long) link = (batch.RouterIncarnation, batch.WorkerIncarnation);
            if (batch.Number > 0 && batch.Number <= _sent.GetValueOrDefault(link))
                return null;
            _sent[link] = Math.Max(batch.Number, _sent.GetValueOrDefault(link));
            return batch;
        }
    }

    /// <summary>What a job that was handed back took of the credit never comes back.</summary>
    private sealed class LeakingCredit : Seams
    {
        private readonly Dictionary<(long Router, long Worker), HashSet<long>> _released = [];

        public override WorkerReport Read(RouterNode router, WorkerReport report)
        {
            (long, long) link = (report.RouterIncarnation, report.WorkerIncarnation);
            if (!_released.TryGetValue(link, out HashSet<long>? released))
                _released.Add(link, released = []);
            for (int i = 0; i < report.Outcomes.Length; i++)
            {
                if (report.Outcomes[i].Outcome == AttemptOutcome.Released)
                    released.Add(report.FirstOutcome + i);
            }
            return Copies.Of(report, report.Credit - released.Count, report.Outcomes);
        }
    }

    /// <summary>A router takes one job's credit more than it has.</summary>
    private sealed class DoubleCredit : Seams
    {
        public override WorkerReport Read(RouterNode router, WorkerReport report) => Copies.Of(report, report.Credit + 1, report.Outcomes);
    }

    /// <summary>A worker is welcome, but nobody listens to what it holds.</summary>
    private sealed class DeafToHellos : Seams
    {
        public override WorkerHello Read(RouterNode router, WorkerHello hello) => new()
        {
            WorkerIncarnation = hello.WorkerIncarnation,
            Name = hello.Name,
            Slots = hello.Slots,
            Weight = hello.Weight,
            Kinds = hello.Kinds,
            LifePort = hello.LifePort,
            Version = hello.Version,
            StartedUnixMs = hello.StartedUnixMs,
            Draining = hello.Draining,
        };
    }

    /// <summary>Nobody looks what became of a commit whose answer was lost.</summary>
    private sealed class Guess(bool isStored) : Seams
    {
        public override bool[][] ReadBack(bool[][] stored) => [.. stored.Select(rows => rows.Select(_ => isStored).ToArray())];
    }

    /// <summary>Messages with one field changed.</summary>
    private static class Copies
    {
        public static WorkerReport Of(WorkerReport report, long credit, FinishedRun[] outcomes) => new()
        {
            WorkerIncarnation = report.WorkerIncarnation,
            RouterIncarnation = report.RouterIncarnation,
            Number = report.Number,
            BatchSeen = report.BatchSeen,
            Credit = credit,
            FirstOutcome = report.FirstOutcome,
            Outcomes = outcomes,
            Held = report.Held,
            Draining = report.Draining,
            Running = report.Running,
            Queued = report.Queued,
        };

        public static AssignBatch Of(AssignBatch batch, long committed) => new()
        {
            RouterIncarnation = batch.RouterIncarnation,
            WorkerIncarnation = batch.WorkerIncarnation,
            Number = batch.Number,
            LastNumber = batch.LastNumber,
            ReportSeen = batch.ReportSeen,
            OutcomesCommitted = committed,
            Cancels = batch.Cancels,
            Drain = batch.Drain,
            Jobs = batch.Jobs,
        };
    }
}
