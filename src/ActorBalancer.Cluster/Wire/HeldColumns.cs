using ActorBalancer.Work;

namespace ActorBalancer.Wire;

/// <summary>Held runs as six columns, carried by the slots of their tokens.</summary>
internal static class HeldColumns
{
    /// <summary>Tags that they take.</summary>
    public const byte Count = 6;

    /// <summary>Writes the columns with tags from <paramref name="first"/> on.</summary>
    public static void Write(WireWriter w, ReadOnlySpan<HeldRun> held, byte first)
    {
        w.Carrier<HeldRun, SlotColumn>(first, held);
        w.Column<HeldRun, GenerationColumn>((byte)(first + 1), held);
        w.Column<HeldRun, IncarnationColumn>((byte)(first + 2), held);
        w.Column<HeldRun, KeyColumn>((byte)(first + 3), held);
        w.Column<HeldRun, AttemptColumn>((byte)(first + 4), held);
        w.Column<HeldRun, StartedColumn>((byte)(first + 5), held);
    }

    public static HeldRun[] Read(in WireReader r, int count, byte first)
    {
        HeldRun[] held = r.Items<HeldRun>(count, first);
        r.Column<HeldRun, SlotColumn>(first, held);
        r.Column<HeldRun, GenerationColumn>((byte)(first + 1), held);
        r.Column<HeldRun, IncarnationColumn>((byte)(first + 2), held);
        r.Column<HeldRun, KeyColumn>((byte)(first + 3), held);
        r.Column<HeldRun, AttemptColumn>((byte)(first + 4), held);
        r.Column<HeldRun, StartedColumn>((byte)(first + 5), held);
        return held;
    }

    private readonly struct SlotColumn : IColumn<HeldRun>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in HeldRun item) => item.Token.Slot;

        public static void Set(ref HeldRun item, long value) => item = item with { Token = item.Token with { Slot = (int)value } };
    }

    private readonly struct GenerationColumn : IColumn<HeldRun>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in HeldRun item) => item.Token.Generation;

        public static void Set(ref HeldRun item, long value) => item = item with { Token = item.Token with { Generation = (int)value } };
    }

    private readonly struct IncarnationColumn : IColumn<HeldRun>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in HeldRun item) => item.Token.Incarnation;

        public static void Set(ref HeldRun item, long value) => item = item with { Token = item.Token with { Incarnation = value } };
    }

    private readonly struct KeyColumn : IColumn<HeldRun>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in HeldRun item) => item.Key;

        public static void Set(ref HeldRun item, long value) => item = item with { Key = value };
    }

    private readonly struct AttemptColumn : IColumn<HeldRun>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in HeldRun item) => item.Attempt;

        public static void Set(ref HeldRun item, long value) => item = item with { Attempt = (int)value };
    }

    private readonly struct StartedColumn : IColumn<HeldRun>
    {
        public static long Min => 0;

        public static long Max => WireFormat.LastUnixMs;

        public static long Get(in HeldRun item) => item.StartedUnixMs;

        public static void Set(ref HeldRun item, long value) => item = item with { StartedUnixMs = value };
    }
}
