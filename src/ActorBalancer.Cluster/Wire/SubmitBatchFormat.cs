using ActorBalancer.Cluster.Gateway;

namespace ActorBalancer.Wire;

/// <summary>
/// The columns of <see cref="IGatewayProtocol.SubmitBatch"/>, the same as those of <see cref="JobBatch"/>. What a peer
/// says of indices and ranges is checked, since the dispatcher reads them without looking twice.
/// </summary>
internal static class SubmitBatchFormat
{
    private const string Message = nameof(IGatewayProtocol.SubmitBatch);
    private const byte PayloadLengths = WireFormat.Own;
    private const byte KindOf = 6;
    private const byte QueueOf = 7;
    private const byte Sources = 8;
    private const byte Priorities = 9;
    private const byte RunAt = 10;
    private const byte TimeLimits = 11;
    private const byte Attempts = 12;
    private const byte Keys = 13;
    private const byte FingerprintsHigh = 14;
    private const byte FingerprintsLow = 15;

    public static byte[] Write(IGatewayProtocol.SubmitBatch submit)
    {
        JobBatch jobs = submit.Jobs;
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(submit.Ticket);
        w.Flag(submit.Notify);
        w.Count(jobs.Count);
        w.Names(jobs.Kinds);
        w.Names(jobs.Queues);
        w.Count((int)jobs.Rule);
        w.End(head);

        w.Carrier<int, LengthColumn>(PayloadLengths, Lengths(jobs));
        w.Column<ushort, SmallColumn>(KindOf, jobs.KindOf);
        w.Column<ushort, SmallColumn>(QueueOf, jobs.QueueOf);
        w.Texts<string?, SourceColumn>(Sources, jobs.Sources);
        w.Column<byte, PriorityColumn>(Priorities, jobs.Priorities);
        w.Column<long, UnixMsColumn>(RunAt, jobs.RunAt);
        w.Column<long, UnixMsColumn>(TimeLimits, jobs.TimeLimits);
        w.Column<ushort, SmallColumn>(Attempts, jobs.Attempts);
        if (jobs.Fingerprints is { } prints)
        {
            w.Texts<string?, SourceColumn>(Keys, jobs.IdempotencyKeys);
            w.Column<long, NumberColumn>(FingerprintsHigh, Array.ConvertAll(prints, p => (long)(ulong)(p >> 64)));
            w.Column<long, NumberColumn>(FingerprintsLow, Array.ConvertAll(prints, p => (long)(ulong)p));
        }
        ReadOnlySpan<byte> payloads = jobs.Blob.Span[jobs.Starts[0]..jobs.Starts[jobs.Count]];
        byte[] message = w.Finish(payloads.Length, out Span<byte> blob);
        payloads.CopyTo(blob);
        return message;
    }

    public static IGatewayProtocol.SubmitBatch Read(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, Message, cache);
        WireFields head = r.Fields(WireFormat.Head);
        long ticket = head.Number();
        bool notify = head.Flag();
        int count = head.ColumnCount();
        string[] kinds = head.Names();
        string[] queues = head.Names();
        BatchRule rule = (BatchRule)head.Choice((int)BatchRule.Reserve, "rule of a batch");
        if (count == 0 || kinds.Length == 0 || queues.Length == 0)
            throw r.Malformed($"{count} jobs of {kinds.Length} kinds in {queues.Length} queues");

        ReadOnlyMemory<byte> blob = r.Blob(PayloadLengths, count, out int[] starts);
        JobBatch jobs = new()
        {
            Count = count,
            Rule = rule,
            Blob = blob,
            Starts = starts,
            Kinds = kinds,
            KindOf = Below(in r, Column<ushort, SmallColumn>(in r, KindOf, count), kinds.Length),
            Queues = queues,
            QueueOf = Below(in r, Column<ushort, SmallColumn>(in r, QueueOf, count), queues.Length),
            Sources = Texts(in r, Sources, count),
            Priorities = Column<byte, PriorityColumn>(in r, Priorities, count),
            RunAt = Column<long, UnixMsColumn>(in r, RunAt, count),
            TimeLimits = Column<long, UnixMsColumn>(in r, TimeLimits, count),
            Attempts = Column<ushort, SmallColumn>(in r, Attempts, count),
            IdempotencyKeys = Texts(in r, Keys, count),
            Fingerprints = Prints(in r, count),
        };
        return new IGatewayProtocol.SubmitBatch(ticket, jobs, notify);
    }

    private static int[] Lengths(JobBatch jobs)
    {
        int[] lengths = new int[jobs.Count];
        for (int i = 0; i < lengths.Length; i++)
            lengths[i] = jobs.Starts[i + 1] - jobs.Starts[i];
        return lengths;
    }

    private static T[]? Column<T, TColumn>(in WireReader r, byte tag, int count)
        where TColumn : struct, IColumn<T>
    {
        if (!r.Has(tag))
            return null;
        T[] values = new T[count];
        r.Column<T, TColumn>(tag, values);
        return values;
    }

    private static string?[]? Texts(in WireReader r, byte tag, int count)
    {
        if (!r.Has(tag))
            return null;
        string?[] texts = new string?[count];
        r.Texts<string?, SourceColumn>(tag, texts);
        return texts;
    }

    /// <summary>There where keys are, whatever is missing: a column of zeros is not sent.</summary>
    private static UInt128[]? Prints(in WireReader r, int count)
    {
        if (!r.Has(Keys))
            return null;
        long[] high = Column<long, NumberColumn>(in r, FingerprintsHigh, count) ?? new long[count];
        long[] low = Column<long, NumberColumn>(in r, FingerprintsLow, count) ?? new long[count];
        UInt128[] prints = new UInt128[count];
        for (int i = 0; i < count; i++)
            prints[i] = new UInt128((ulong)high[i], (ulong)low[i]);
        return prints;
    }

    private static ushort[]? Below(in WireReader r, ushort[]? indices, int length)
    {
        foreach (ushort index in indices.AsSpan())
        {
            if (index >= length)
                throw r.Malformed($"a job names entry {index} of {length} kinds or queues");
        }
        return indices;
    }

    private readonly struct LengthColumn : IColumn<int>
    {
        public static long Min => 0;

        public static long Max => int.MaxValue;

        public static long Get(in int item) => item;

        public static void Set(ref int item, long value) => item = (int)value;
    }

    private readonly struct SmallColumn : IColumn<ushort>
    {
        public static long Min => 0;

        public static long Max => ushort.MaxValue;

        public static long Get(in ushort item) => item;

        public static void Set(ref ushort item, long value) => item = (ushort)value;
    }

    // Relative to the default, so that a missing column and a column of zeros mean the same.
    private readonly struct PriorityColumn : IColumn<byte>
    {
        public static long Min => -JobKey.DefaultPriority;

        public static long Max => JobKey.HighestPriority - JobKey.DefaultPriority;

        public static long Get(in byte item) => item - JobKey.DefaultPriority;

        public static void Set(ref byte item, long value) => item = (byte)(value + JobKey.DefaultPriority);
    }

    private readonly struct SourceColumn : IStringColumn<string?>
    {
        public static string? Get(in string? item) => item;

        public static void Set(ref string? item, string? value) => item = value;
    }
}
