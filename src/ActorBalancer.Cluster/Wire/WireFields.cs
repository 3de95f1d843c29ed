using System.Buffers.Binary;
using System.Runtime.Serialization;

namespace ActorBalancer.Wire;

/// <summary>
/// Reads single fields in the order in which they were written. Past the end every field is zero, null or empty: the
/// sender is older. What is left when the reader is done is ignored: the sender is newer.
/// </summary>
internal ref struct WireFields(byte[] bytes, int start, int end, string message, WireStrings strings)
{
    private readonly int _end = end;
    private int _at = start;

    public long Number() => Varint.Unfold(Raw());

    public int Int32()
    {
        long value = Number();
        return value == (int)value ? (int)value : throw Malformed($"{value} is no 32-bit number");
    }

    /// <summary>Milliseconds since 1970, up to the last that can be told.</summary>
    public long UnixMs()
    {
        long value = Number();
        return value is >= 0 and <= WireFormat.LastUnixMs ? value : throw Malformed($"{value} ms since 1970 is no time");
    }

    /// <summary>A number of items that follow in this section with at least one byte each.</summary>
    public int Count()
    {
        ulong value = Raw();
        return value <= (ulong)(_end - _at) ? (int)value : throw Malformed($"{value} items in {_end - _at} bytes");
    }

    /// <summary>A number of items in a column; <see cref="WireReader.Items{T}"/> checks it.</summary>
    public int ColumnCount()
    {
        ulong value = Raw();
        return value <= int.MaxValue ? (int)value : throw Malformed($"{value} items");
    }

    public bool Flag() => Choice(1, "flag") == 1;

    /// <summary>A number from 0 to <paramref name="max"/>, for example an enumeration's.</summary>
    public int Choice(int max, string what)
    {
        ulong value = Raw();
        return value <= (ulong)max ? (int)value : throw Malformed($"{value} is no {what}");
    }

    public double Real()
    {
        if (_at == _end)
            return 0;
        if (_end - _at < sizeof(double))
            throw Malformed("it ends within a number");
        double value = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(_at));
        _at += sizeof(double);
        return value;
    }

    public string Name() => NameOrNull() ?? "";

    public string? NameOrNull() => From(strings.Names);

    public string[] Names()
    {
        int count = Count();
        string[] names = count == 0 ? [] : new string[count];
        for (int i = 0; i < names.Length; i++)
            names[i] = Name();
        return names;
    }

    public string Text() => TextOrNull() ?? "";

    public string? TextOrNull() => From(strings.Texts);

    public ReadOnlyMemory<byte> Bytes()
    {
        int length = Count();
        _at += length;
        return length == 0 ? default : new ReadOnlyMemory<byte>(bytes, _at - length, length);
    }

    public DateTimeOffset Time()
    {
        long ticks = Number();
        long minutes = Number();
        const long LastMinute = 14 * 60;
        long local = unchecked(ticks + (minutes * TimeSpan.TicksPerMinute));
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || minutes < -LastMinute || minutes > LastMinute
            || local < 0 || local > DateTime.MaxValue.Ticks)
            throw Malformed($"{ticks} ticks at {minutes} minutes is no time");
        return new DateTimeOffset(local, TimeSpan.FromMinutes(minutes));
    }

    public DateTimeOffset? TimeOrNull()
    {
        bool any = Flag();
        DateTimeOffset time = Time();
        return any ? time : null;
    }

    /// <summary>The fields of one item, which may be fewer or more than this release knows.</summary>
    public WireFields Row()
    {
        int length = Count();
        _at += length;
        return new WireFields(bytes, _at - length, _at, message, strings);
    }

    public readonly SerializationException Malformed(string what) => WireFormat.Malformed(message, what);

    private string? From(string?[] table)
    {
        ulong index = Raw();
        return index < (ulong)table.Length ? table[index] : throw Malformed($"it names string {index} of {table.Length - 1}");
    }

    private ulong Raw()
    {
        if (_at == _end)
            return 0;
        return Varint.TryRead(bytes.AsSpan(0, _end), ref _at, out ulong value) ? value : throw Malformed("it ends within a number");
    }
}
