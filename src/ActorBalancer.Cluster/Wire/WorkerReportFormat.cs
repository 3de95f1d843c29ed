using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Work;

namespace ActorBalancer.Wire;

/// <summary>The columns of <see cref="WorkerReport"/>.</summary>
internal static class WorkerReportFormat
{
    private const string Message = nameof(WorkerReport);
    private const byte ResultLengths = WireFormat.Own;
    private const byte Slots = 6;
    private const byte Generations = 7;
    private const byte Incarnations = 8;
    private const byte Keys = 9;
    private const byte Outcomes = 10;
    private const byte RetryAfter = 11;
    private const byte Started = 12;
    private const byte Durations = 13;
    private const byte Errors = 14;
    private const byte Held = 15;
    private const byte Submits = Held + HeldColumns.Count;

    public static byte[] Write(WorkerReport report)
    {
        // Each is a message of its own, written before this one is begun: there is one writer a thread.
        byte[]?[]? submits = report.Outcomes.Any(run => run.Submits is not null)
            ? [.. report.Outcomes.Select(run => run.Submits is { } jobs ? SubmitBatchFormat.Write(new IGatewayProtocol.SubmitBatch(0, jobs, false)) : null)]
            : null;
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(report.WorkerIncarnation);
        w.Number(report.RouterIncarnation);
        w.Number(report.Number);
        w.Number(report.BatchSeen);
        w.Number(report.Credit);
        w.Number(report.FirstOutcome);
        w.Flag(report.Draining);
        w.Number(report.Running);
        w.Number(report.Queued);
        w.Count(report.Outcomes.Length);
        w.Flag(report.Held is not null);
        w.Count(report.Held?.Length ?? 0);
        w.End(head);

        ReadOnlySpan<FinishedRun> runs = report.Outcomes;
        w.Column<FinishedRun, SlotColumn>(Slots, runs);
        w.Column<FinishedRun, GenerationColumn>(Generations, runs);
        w.Column<FinishedRun, IncarnationColumn>(Incarnations, runs);
        w.Column<FinishedRun, KeyColumn>(Keys, runs);
        w.Column<FinishedRun, OutcomeColumn>(Outcomes, runs);
        w.Column<FinishedRun, RetryAfterColumn>(RetryAfter, runs);
        w.Column<FinishedRun, StartedColumn>(Started, runs);
        w.Column<FinishedRun, DurationColumn>(Durations, runs);
        w.Texts<FinishedRun, ErrorColumn>(Errors, runs);
        HeldColumns.Write(w, report.Held, Held);
        if (submits is not null)
        {
            int section = w.Start(Submits);
            foreach (byte[]? jobs in submits)
                w.Bytes(jobs);
            w.End(section);
        }
        return w.Finish<FinishedRun, ResultColumn>(ResultLengths, runs);
    }

    public static WorkerReport Read(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, Message, cache);
        WireFields head = r.Fields(WireFormat.Head);
        long worker = head.Number();
        long router = head.Number();
        long number = head.Number();
        long batch = head.Number();
        long credit = head.Number();
        long first = head.Number();
        bool draining = head.Flag();
        int running = head.Int32();
        int queued = head.Int32();
        FinishedRun[] runs = r.Items<FinishedRun>(head.ColumnCount(), ResultLengths);
        bool hasHeld = head.Flag();
        int held = head.ColumnCount();

        r.Blobs<FinishedRun, ResultColumn>(ResultLengths, runs);
        r.Column<FinishedRun, SlotColumn>(Slots, runs);
        r.Column<FinishedRun, GenerationColumn>(Generations, runs);
        r.Column<FinishedRun, IncarnationColumn>(Incarnations, runs);
        r.Column<FinishedRun, KeyColumn>(Keys, runs);
        r.Column<FinishedRun, OutcomeColumn>(Outcomes, runs);
        r.Column<FinishedRun, RetryAfterColumn>(RetryAfter, runs);
        r.Column<FinishedRun, StartedColumn>(Started, runs);
        r.Column<FinishedRun, DurationColumn>(Durations, runs);
        r.Texts<FinishedRun, ErrorColumn>(Errors, runs);
        if (r.Has(Submits))
        {
            WireFields section = r.Fields(Submits);
            foreach (ref FinishedRun run in runs.AsSpan())
            {
                ReadOnlyMemory<byte> jobs = section.Bytes();
                run.Submits = jobs.IsEmpty ? null : SubmitBatchFormat.Read(jobs.ToArray(), cache).Jobs;
            }
        }
        foreach (ref readonly FinishedRun run in runs.AsSpan())
        {
            // Rounding up to a millisecond must not lead beyond the last one either.
            if (run.StartedUnixMs + (run.DurationMicros / 1_000) >= WireFormat.LastUnixMs)
                throw r.Malformed($"a run of {run.DurationMicros} us from {run.StartedUnixMs} ends at no time");
        }
        return new WorkerReport
        {
            WorkerIncarnation = worker,
            RouterIncarnation = router,
            Number = number,
            BatchSeen = batch,
            Credit = credit,
            FirstOutcome = first,
            Draining = draining,
            Running = running,
            Queued = queued,
            Outcomes = runs,
            Held = hasHeld ? HeldColumns.Read(in r, held, Held) : null,
        };
    }

    private readonly struct SlotColumn : IColumn<FinishedRun>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in FinishedRun item) => item.Token.Slot;

        public static void Set(ref FinishedRun item, long value) => item.Token = item.Token with { Slot = (int)value };
    }

    private readonly struct GenerationColumn : IColumn<FinishedRun>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in FinishedRun item) => item.Token.Generation;

        public static void Set(ref FinishedRun item, long value) => item.Token = item.Token with { Generation = (int)value };
    }

    private readonly struct IncarnationColumn : IColumn<FinishedRun>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in FinishedRun item) => item.Token.Incarnation;

        public static void Set(ref FinishedRun item, long value) => item.Token = item.Token with { Incarnation = value };
    }

    private readonly struct KeyColumn : IColumn<FinishedRun>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in FinishedRun item) => item.Key;

        public static void Set(ref FinishedRun item, long value) => item.Key = value;
    }

    private readonly struct OutcomeColumn : IColumn<FinishedRun>
    {
        public static long Min => 0;

        public static long Max => (long)AttemptOutcome.Released;

        public static long Get(in FinishedRun item) => (long)item.Outcome;

        public static void Set(ref FinishedRun item, long value) => item.Outcome = (AttemptOutcome)value;
    }

    private readonly struct RetryAfterColumn : IColumn<FinishedRun>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in FinishedRun item) => item.RetryAfterMs;

        public static void Set(ref FinishedRun item, long value) => item.RetryAfterMs = value;
    }

    private readonly struct StartedColumn : IColumn<FinishedRun>
    {
        public static long Min => 0;

        public static long Max => WireFormat.LastUnixMs;

        public static long Get(in FinishedRun item) => item.StartedUnixMs;

        public static void Set(ref FinishedRun item, long value) => item.StartedUnixMs = value;
    }

    private readonly struct DurationColumn : IColumn<FinishedRun>
    {
        public static long Min => 0;

        public static long Max => WireFormat.LastUnixMs * 1_000;

        public static long Get(in FinishedRun item) => item.DurationMicros;

        public static void Set(ref FinishedRun item, long value) => item.DurationMicros = value;
    }

    private readonly struct ErrorColumn : IStringColumn<FinishedRun>
    {
        public static string? Get(in FinishedRun item) => item.Error;

        public static void Set(ref FinishedRun item, string? value) => item.Error = value;
    }

    private readonly struct ResultColumn : IBlobColumn<FinishedRun>
    {
        public static ReadOnlyMemory<byte> Get(in FinishedRun item) => item.Result;

        public static void Set(ref FinishedRun item, ReadOnlyMemory<byte> value) => item.Result = value;
    }
}
