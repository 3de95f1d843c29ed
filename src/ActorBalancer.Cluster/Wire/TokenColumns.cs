namespace ActorBalancer.Wire;

/// <summary>Run tokens as three columns, carried by the slots.</summary>
internal static class TokenColumns
{
    public static void Write(WireWriter w, ReadOnlySpan<RunToken> tokens, byte slots, byte generations, byte incarnations)
    {
        w.Carrier<RunToken, SlotColumn>(slots, tokens);
        w.Column<RunToken, GenerationColumn>(generations, tokens);
        w.Column<RunToken, IncarnationColumn>(incarnations, tokens);
    }

    public static RunToken[] Read(in WireReader r, int count, byte slots, byte generations, byte incarnations)
    {
        RunToken[] tokens = r.Items<RunToken>(count, slots);
        r.Column<RunToken, SlotColumn>(slots, tokens);
        r.Column<RunToken, GenerationColumn>(generations, tokens);
        r.Column<RunToken, IncarnationColumn>(incarnations, tokens);
        return tokens;
    }

    private readonly struct SlotColumn : IColumn<RunToken>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in RunToken item) => item.Slot;

        public static void Set(ref RunToken item, long value) => item = item with { Slot = (int)value };
    }

    private readonly struct GenerationColumn : IColumn<RunToken>
    {
        public static long Min => int.MinValue;

        public static long Max => int.MaxValue;

        public static long Get(in RunToken item) => item.Generation;

        public static void Set(ref RunToken item, long value) => item = item with { Generation = (int)value };
    }

    private readonly struct IncarnationColumn : IColumn<RunToken>
    {
        public static long Min => long.MinValue;

        public static long Max => long.MaxValue;

        public static long Get(in RunToken item) => item.Incarnation;

        public static void Set(ref RunToken item, long value) => item = item with { Incarnation = value };
    }
}
