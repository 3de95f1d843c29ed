using ActorBalancer.Cluster.Gateway;

namespace ActorBalancer.Wire;

/// <summary>What a router answers a gateway, but for the jobs that finished.</summary>
internal static class AnswerFormat
{
    private const byte Keys = WireFormat.Own;
    private const byte Codes = 6;
    private const byte Rows = 7;
    private const byte Known = 8;
    private const RefusalCode LastCode = RefusalCode.StoreFull;

    public static byte[] Write(IGatewayProtocol.SubmitAnswer answer)
    {
        if (answer.Codes is { } codes && codes.Length != answer.Keys.Length)
            throw WireFormat.Malformed(nameof(IGatewayProtocol.SubmitAnswer), $"{codes.Length} codes for {answer.Keys.Length} keys");
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(answer.Ticket);
        w.Count(answer.Keys.Length);
        w.Text(answer.Detail);
        w.Flag(answer.Codes is not null);
        w.End(head);
        w.Carrier<long, NumberColumn>(Keys, answer.Keys);
        w.Column<RefusalCode, CodeColumn>(Codes, answer.Codes);
        if (answer.Known is { } known)
        {
            int rows = w.Start(Known);
            w.Count(known.Length);
            foreach (int row in known)
                w.Number(row);
            w.End(rows);
        }
        return w.Finish();
    }

    public static IGatewayProtocol.SubmitAnswer ReadSubmit(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(IGatewayProtocol.SubmitAnswer), cache);
        WireFields head = r.Fields(WireFormat.Head);
        long ticket = head.Number();
        long[] keys = r.Items<long>(head.ColumnCount(), Keys);
        string? detail = head.TextOrNull();
        RefusalCode[]? codes = head.Flag() ? new RefusalCode[keys.Length] : null;
        r.Column<long, NumberColumn>(Keys, keys);
        r.Column<RefusalCode, CodeColumn>(Codes, codes);
        return new IGatewayProtocol.SubmitAnswer(ticket, keys, codes, detail) { Known = ReadKnown(in r, keys.Length) };
    }

    private static int[]? ReadKnown(in WireReader r, int count)
    {
        if (!r.Has(Known))
            return null;
        WireFields fields = r.Fields(Known);
        int[] rows = new int[Math.Min(fields.Count(), count)];
        for (int i = 0; i < rows.Length; i++)
        {
            long row = fields.Number();
            if (row < 0 || row >= count)
                throw r.Malformed($"row {row} of {count} was known");
            rows[i] = (int)row;
        }
        return rows;
    }

    public static byte[] Write(IGatewayProtocol.DoneAnswer answer)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(answer.Ticket);
        w.Count((int)answer.Code);
        w.Text(answer.Detail);
        w.End(head);
        return w.Finish();
    }

    public static IGatewayProtocol.DoneAnswer ReadDone(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(IGatewayProtocol.DoneAnswer), cache);
        WireFields head = r.Fields(WireFormat.Head);
        return new IGatewayProtocol.DoneAnswer(
            head.Number(), (RefusalCode)head.Choice((int)LastCode, "refusal code"), head.TextOrNull());
    }

    /// <summary>A ticket, a list of rows, and for a page of jobs where the next one begins.</summary>
    public static byte[] Write<T>(long ticket, ReadOnlySpan<T> items, Action<WireWriter, T> row, JobId? next = null, long from = 0)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(ticket);
        w.Flag(next is not null);
        w.Number(next?.Key ?? 0);
        w.Number(from);
        w.End(head);
        int rows = w.Start(Rows);
        w.Count(items.Length);
        foreach (T item in items)
            row(w, item);
        w.End(rows);
        return w.Finish();
    }

    public static (long Ticket, T[] Items) Read<T>(byte[] bytes, string message, NameCache cache, InfoFormat.Reader<T> row)
    {
        (long ticket, T[] items, _, _) = ReadPage(bytes, message, cache, row);
        return (ticket, items);
    }

    public static (long Ticket, T[] Items, JobId? Next, long From) ReadPage<T>(byte[] bytes, string message, NameCache cache, InfoFormat.Reader<T> row)
    {
        WireReader r = new(bytes, message, cache);
        WireFields head = r.Fields(WireFormat.Head);
        WireFields rows = r.Fields(Rows);
        int count = rows.Count();
        T[] items = count == 0 ? [] : new T[count];
        for (int i = 0; i < items.Length; i++)
            items[i] = row(ref rows);
        long ticket = head.Number();
        bool more = head.Flag();
        long next = head.Number();
        return (ticket, items, more ? new JobId(next) : null, head.Number());
    }

    private readonly struct CodeColumn : IColumn<RefusalCode>
    {
        public static long Min => 0;

        public static long Max => (long)LastCode;

        public static long Get(in RefusalCode item) => (long)item;

        public static void Set(ref RefusalCode item, long value) => item = (RefusalCode)value;
    }
}
