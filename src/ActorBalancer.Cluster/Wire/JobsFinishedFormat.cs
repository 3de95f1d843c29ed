using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;

namespace ActorBalancer.Wire;

/// <summary>The columns of <see cref="IGatewayProtocol.JobsFinished"/>.</summary>
internal static class JobsFinishedFormat
{
    private const string Message = nameof(IGatewayProtocol.JobsFinished);
    private const byte ResultLengths = WireFormat.Own;
    private const byte Tickets = 6;
    private const byte Indexes = 7;
    private const byte Keys = 8;
    private const byte States = 9;
    private const byte Reasons = 10;
    private const byte Codes = 11;
    private const byte Lost = 12;
    private const byte Workers = 13;
    private const byte Errors = 14;

    public static byte[] Write(IGatewayProtocol.JobsFinished finished)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Count(finished.Jobs.Length);
        w.End(head);

        ReadOnlySpan<FinishedJob> jobs = finished.Jobs;
        w.Column<FinishedJob, TicketColumn>(Tickets, jobs);
        w.Column<FinishedJob, IndexColumn>(Indexes, jobs);
        w.Column<FinishedJob, KeyColumn>(Keys, jobs);
        w.Column<FinishedJob, StateColumn>(States, jobs);
        w.Column<FinishedJob, ReasonColumn>(Reasons, jobs);
        w.Column<FinishedJob, CodeColumn>(Codes, jobs);
        w.Column<FinishedJob, LostColumn>(Lost, jobs);
        w.Names<FinishedJob, WorkerColumn>(Workers, jobs);
        w.Texts<FinishedJob, ErrorColumn>(Errors, jobs);
        return w.Finish<FinishedJob, ResultColumn>(ResultLengths, jobs);
    }

    public static IGatewayProtocol.JobsFinished Read(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, Message, cache);
        WireFields head = r.Fields(WireFormat.Head);
        FinishedJob[] jobs = r.Items<FinishedJob>(head.ColumnCount(), ResultLengths);
        r.Blobs<FinishedJob, ResultColumn>(ResultLengths, jobs);
        r.Column<FinishedJob, TicketColumn>(Tickets, jobs);
        r.Column<FinishedJob, IndexColumn>(Indexes, jobs);
        r.Column<FinishedJob, KeyColumn>(Keys, jobs);
        r.Column<FinishedJob, StateColumn>(States, jobs);
        r.Column<FinishedJob, ReasonColumn>(Reasons, jobs);
        r.Column<FinishedJob, CodeColumn>(Codes, jobs);
        r.Column<FinishedJob, LostColumn>(Lost, jobs);
        r.Names<FinishedJob, WorkerColumn>(Workers, jobs);
        r.Texts<FinishedJob, ErrorColumn>(Errors, jobs);
        return new IGatewayProtocol.JobsFinished(jobs);
    }

    private readonly struct TicketColumn : IColumn<FinishedJob>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in FinishedJob item) => item.Ticket;

        public static void Set(ref FinishedJob item, long value) => item.Ticket = value;
    }

    private readonly struct IndexColumn : IColumn<FinishedJob>
    {
        public static long Min => 0;

        public static long Max => int.MaxValue;

        public static long Get(in FinishedJob item) => item.Index;

        public static void Set(ref FinishedJob item, long value) => item.Index = (int)value;
    }

    private readonly struct KeyColumn : IColumn<FinishedJob>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in FinishedJob item) => item.Key;

        public static void Set(ref FinishedJob item, long value) => item.Key = value;
    }

    private readonly struct StateColumn : IColumn<FinishedJob>
    {
        public static long Min => 0;

        public static long Max => (long)JobState.Dead;

        public static long Get(in FinishedJob item) => (long)item.State;

        public static void Set(ref FinishedJob item, long value) => item.State = (JobState)value;
    }

    private readonly struct ReasonColumn : IColumn<FinishedJob>
    {
        public static long Min => 0;

        public static long Max => (long)DeadReason.Poisoned;

        public static long Get(in FinishedJob item) => (long)item.Reason;

        public static void Set(ref FinishedJob item, long value) => item.Reason = (DeadReason)value;
    }

    private readonly struct CodeColumn : IColumn<FinishedJob>
    {
        public static long Min => 0;

        public static long Max => (long)RefusalCode.StoreFull;

        public static long Get(in FinishedJob item) => (long)item.Code;

        public static void Set(ref FinishedJob item, long value) => item.Code = (RefusalCode)value;
    }

    private readonly struct LostColumn : IColumn<FinishedJob>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in FinishedJob item) => item.Lost;

        public static void Set(ref FinishedJob item, long value) => item.Lost = (int)value;
    }

    private readonly struct WorkerColumn : IStringColumn<FinishedJob>
    {
        public static string? Get(in FinishedJob item) => item.Worker;

        public static void Set(ref FinishedJob item, string? value) => item.Worker = value ?? "";
    }

    private readonly struct ErrorColumn : IStringColumn<FinishedJob>
    {
        public static string? Get(in FinishedJob item) => item.Error;

        public static void Set(ref FinishedJob item, string? value) => item.Error = value;
    }

    private readonly struct ResultColumn : IBlobColumn<FinishedJob>
    {
        public static ReadOnlyMemory<byte> Get(in FinishedJob item) => item.Result;

        public static void Set(ref FinishedJob item, ReadOnlyMemory<byte> value) => item.Result = value;
    }
}
