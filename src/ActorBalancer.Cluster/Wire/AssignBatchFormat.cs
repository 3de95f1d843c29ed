using ActorBalancer.Work;

namespace ActorBalancer.Wire;

/// <summary>The columns of <see cref="AssignBatch"/>.</summary>
internal static class AssignBatchFormat
{
    private const string Message = nameof(AssignBatch);
    private const byte PayloadLengths = WireFormat.Own;
    private const byte Slots = 6;
    private const byte Generations = 7;
    private const byte Keys = 8;
    private const byte Queues = 9;
    private const byte Kinds = 10;
    private const byte Sources = 11;
    private const byte Attempts = 12;
    private const byte TimeLimits = 13;
    private const byte CancelSlots = 14;
    private const byte CancelGenerations = 15;
    private const byte CancelIncarnations = 16;

    public static byte[] Write(AssignBatch batch)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(batch.RouterIncarnation);
        w.Number(batch.WorkerIncarnation);
        w.Number(batch.Number);
        w.Number(batch.LastNumber);
        w.Number(batch.ReportSeen);
        w.Number(batch.OutcomesCommitted);
        w.Flag(batch.Drain);
        w.Count(batch.Jobs.Length);
        w.Count(batch.Cancels.Length);
        w.End(head);

        ReadOnlySpan<AssignedJob> jobs = batch.Jobs;
        w.Column<AssignedJob, SlotColumn>(Slots, jobs);
        w.Column<AssignedJob, GenerationColumn>(Generations, jobs);
        w.Column<AssignedJob, KeyColumn>(Keys, jobs);
        w.Names<AssignedJob, QueueColumn>(Queues, jobs);
        w.Names<AssignedJob, KindColumn>(Kinds, jobs);
        w.Texts<AssignedJob, SourceColumn>(Sources, jobs);
        w.Column<AssignedJob, AttemptColumn>(Attempts, jobs);
        w.Column<AssignedJob, TimeLimitColumn>(TimeLimits, jobs);
        TokenColumns.Write(w, batch.Cancels, CancelSlots, CancelGenerations, CancelIncarnations);
        return w.Finish<AssignedJob, PayloadColumn>(PayloadLengths, jobs);
    }

    public static AssignBatch Read(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, Message, cache);
        WireFields head = r.Fields(WireFormat.Head);
        long router = head.Number();
        long worker = head.Number();
        long number = head.Number();
        long last = head.Number();
        long report = head.Number();
        long committed = head.Number();
        bool drain = head.Flag();
        AssignedJob[] jobs = r.Items<AssignedJob>(head.ColumnCount(), PayloadLengths);
        int cancels = head.ColumnCount();

        r.Blobs<AssignedJob, PayloadColumn>(PayloadLengths, jobs);
        r.Column<AssignedJob, SlotColumn>(Slots, jobs);
        r.Column<AssignedJob, GenerationColumn>(Generations, jobs);
        r.Column<AssignedJob, KeyColumn>(Keys, jobs);
        r.Names<AssignedJob, QueueColumn>(Queues, jobs);
        r.Names<AssignedJob, KindColumn>(Kinds, jobs);
        r.Texts<AssignedJob, SourceColumn>(Sources, jobs);
        r.Column<AssignedJob, AttemptColumn>(Attempts, jobs);
        r.Column<AssignedJob, TimeLimitColumn>(TimeLimits, jobs);
        return new AssignBatch
        {
            RouterIncarnation = router,
            WorkerIncarnation = worker,
            Number = number,
            LastNumber = last,
            ReportSeen = report,
            OutcomesCommitted = committed,
            Drain = drain,
            Jobs = jobs,
            Cancels = TokenColumns.Read(in r, cancels, CancelSlots, CancelGenerations, CancelIncarnations),
        };
    }

    private readonly struct SlotColumn : IColumn<AssignedJob>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in AssignedJob item) => item.Slot;

        public static void Set(ref AssignedJob item, long value) => item.Slot = (int)value;
    }

    private readonly struct GenerationColumn : IColumn<AssignedJob>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in AssignedJob item) => item.Generation;

        public static void Set(ref AssignedJob item, long value) => item.Generation = (int)value;
    }

    private readonly struct KeyColumn : IColumn<AssignedJob>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in AssignedJob item) => item.Key;

        public static void Set(ref AssignedJob item, long value) => item.Key = value;
    }

    private readonly struct QueueColumn : IStringColumn<AssignedJob>
    {
        public static string? Get(in AssignedJob item) => item.Queue;

        public static void Set(ref AssignedJob item, string? value) => item.Queue = value ?? "";
    }

    private readonly struct KindColumn : IStringColumn<AssignedJob>
    {
        public static string? Get(in AssignedJob item) => item.Kind;

        public static void Set(ref AssignedJob item, string? value) => item.Kind = value ?? "";
    }

    private readonly struct SourceColumn : IStringColumn<AssignedJob>
    {
        public static string? Get(in AssignedJob item) => item.Source;

        public static void Set(ref AssignedJob item, string? value) => item.Source = value;
    }

    private readonly struct AttemptColumn : IColumn<AssignedJob>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in AssignedJob item) => item.Attempt;

        public static void Set(ref AssignedJob item, long value) => item.Attempt = (int)value;
    }

    private readonly struct TimeLimitColumn : IColumn<AssignedJob>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in AssignedJob item) => item.TimeLimitMs;

        public static void Set(ref AssignedJob item, long value) => item.TimeLimitMs = value;
    }

    private readonly struct PayloadColumn : IBlobColumn<AssignedJob>
    {
        public static ReadOnlyMemory<byte> Get(in AssignedJob item) => item.Payload;

        public static void Set(ref AssignedJob item, ReadOnlyMemory<byte> value) => item.Payload = value;
    }
}
