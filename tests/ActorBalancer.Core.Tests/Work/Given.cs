using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Options;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Work;

/// <summary>Short words for building what the tests of the worker's machine say to it.</summary>
internal static class Given
{
    public const long Incarnation = 500;
    public const int Route = 0;

    public static Moment At(double ms) => new((long)(ms * 1000), 1_000_000 + (long)ms);

    public static WorkerIdentity Identity { get; } =
        new() { Incarnation = Incarnation, Name = "w1", Weight = 4000, Kinds = ["echo"], LifePort = 77, Version = "1" };

    public static WorkerCore Worker(int slots = 2, Func<WorkerOptions, WorkerOptions>? with = null)
    {
        WorkerOptions options = TestOptions.Worker with { Slots = slots };
        return new WorkerCore(with?.Invoke(options) ?? options, Identity, At(0));
    }

    public static RouterWelcome Welcome(long router = 10) => new(router, "r1", Incarnation, 0);

    /// <summary>A worker that a router has just welcomed; its effects are cleared.</summary>
    public static WorkerCore Welcomed(int slots = 2, double ms = 0, long router = 10, Func<WorkerOptions, WorkerOptions>? with = null)
    {
        WorkerCore core = Worker(slots, with);
        core.RouterFound(Route, At(ms));
        core.Welcomed(Route, Welcome(router), At(ms));
        core.Effects.Clear();
        return core;
    }

    public static AssignedJob Job(int slot, long limitMs = 0, int generation = 1, int bytes = 0) => new()
    {
        Slot = slot,
        Generation = generation,
        Key = 1000 + slot,
        Queue = "default",
        Kind = "echo",
        Attempt = 1,
        TimeLimitMs = limitMs,
        Payload = new byte[bytes],
    };

    public static AssignedJob[] Jobs(int first, int count) => [.. Enumerable.Range(first, count).Select(i => Job(i))];

    public static AssignBatch Batch(
        long number, AssignedJob[] jobs, long router = 10, long reportSeen = 0, long committed = 0, RunToken[]? cancels = null, bool drain = false) => new()
        {
            RouterIncarnation = router,
            WorkerIncarnation = Incarnation,
            Number = number,
            LastNumber = number,
            ReportSeen = reportSeen,
            OutcomesCommitted = committed,
            Cancels = cancels ?? [],
            Drain = drain,
            Jobs = jobs,
        };

    /// <summary>Word without jobs; the last batch that carried any had this number.</summary>
    public static AssignBatch Word(
        long last = 0, long router = 10, long reportSeen = 0, long committed = 0, RunToken[]? cancels = null, bool drain = false) => new()
        {
            RouterIncarnation = router,
            WorkerIncarnation = Incarnation,
            Number = 0,
            LastNumber = last,
            ReportSeen = reportSeen,
            OutcomesCommitted = committed,
            Cancels = cancels ?? [],
            Drain = drain,
        };

    public static RunEnd Ok { get; } = new() { Outcome = AttemptOutcome.Succeeded, RetryAfterMs = -1 };

    public static RunEnd EndedByCancel { get; } = new() { Outcome = AttemptOutcome.Cancelled, RetryAfterMs = -1 };

    public static RunToken Token(int slot, long router = 10) => new(router, slot, 1);

    /// <summary>All outcomes in the reports that are to be sent, with their numbers.</summary>
    public static List<(long Number, FinishedRun Run)> Outcomes(this WorkerEffects effects) =>
        [.. effects.Reports.SelectMany(r => r.Report.Outcomes.Select((run, i) => (r.Report.FirstOutcome + i, run)))];

    public static WorkerReport LastReport(this WorkerEffects effects) => effects.Reports[^1].Report;
}
