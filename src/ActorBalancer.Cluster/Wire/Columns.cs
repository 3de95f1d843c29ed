namespace ActorBalancer.Wire;

/// <summary>
/// One number of each item of an array. Implemented by empty structs, so that the compiler makes one tight loop for each
/// column instead of a call an item.
/// </summary>
internal interface IColumn<T>
{
    /// <summary>The range that a reader accepts.</summary>
    static abstract long Min { get; }

    static abstract long Max { get; }

    static abstract long Get(in T item);

    static abstract void Set(ref T item, long value);
}

/// <summary>One string of each item.</summary>
internal interface IStringColumn<T>
{
    static abstract string? Get(in T item);

    /// <summary>Called for every item, with null where the sender had none.</summary>
    static abstract void Set(ref T item, string? value);
}

/// <summary>The payload or result of each item.</summary>
internal interface IBlobColumn<T>
{
    static abstract ReadOnlyMemory<byte> Get(in T item);

    static abstract void Set(ref T item, ReadOnlyMemory<byte> value);
}

/// <summary>Milliseconds since 1970, or a span of them, that lead to no time beyond what can be told.</summary>
internal readonly struct UnixMsColumn : IColumn<long>
{
    public static long Min => 0;

    public static long Max => WireFormat.LastUnixMs;

    public static long Get(in long item) => item;

    public static void Set(ref long item, long value) => item = value;
}

/// <summary>A plain array of 64-bit numbers.</summary>
internal readonly struct NumberColumn : IColumn<long>
{
    public static long Min => long.MinValue;

    public static long Max => long.MaxValue;

    public static long Get(in long item) => item;

    public static void Set(ref long item, long value) => item = value;
}
