using System.Runtime.CompilerServices;
using System.Runtime.Serialization;

namespace ActorBalancer.Wire;

/// <summary>
/// Reads one message that a stranger may have made. Every count is checked against the bytes that must carry it before
/// anything is allocated; whatever does not fit is a <see cref="SerializationException"/> that names it. Payloads are
/// slices of the received array.
/// </summary>
internal ref struct WireReader
{
    private const int KeptValues = 1 << 16;

    [ThreadStatic]
    private static long[]? s_values;

    private readonly byte[] _bytes;
    private readonly string _message;
    private readonly WireStrings _strings;
    private Marks _starts;
    private Marks _ends;

    public WireReader(byte[] bytes, string message, NameCache cache)
    {
        _bytes = bytes;
        _message = message;
        if (bytes.Length == 0)
            throw Malformed("it has no bytes");
        if (bytes[0] != WireFormat.Version)
            throw Malformed($"format version {bytes[0]} is not {WireFormat.Version}");
        int at = 1;
        while (at < bytes.Length)
        {
            int tag = bytes[at++];
            if (!Varint.TryRead(bytes, ref at, out ulong length) || length > (ulong)(bytes.Length - at))
                throw Malformed($"section {tag} ends after the message");
            if (tag < WireFormat.KnownTags)
            {
                if (_starts[tag] != 0)
                    throw Malformed($"section {tag} comes twice");
                _starts[tag] = at;
                _ends[tag] = at + (int)length;
            }
            at += (int)length;
        }
        _strings = new WireStrings(
            WireStrings.Read(Section(WireFormat.Names), message, cache), WireStrings.Read(Section(WireFormat.Texts), message, null));
    }

    /// <summary>The single fields of a section; all zero if it is missing.</summary>
    public readonly WireFields Fields(byte tag) => new(_bytes, _starts[tag], _ends[tag], _message, _strings);

    /// <summary>An array for the column that carries it, if that column has the bytes for so many items.</summary>
    public readonly T[] Items<T>(int count, byte carrier)
    {
        CheckCount(count, carrier);
        return count == 0 ? [] : new T[count];
    }

    public readonly void Column<T, TColumn>(byte tag, Span<T> items)
        where TColumn : struct, IColumn<T>
    {
        ReadOnlySpan<byte> section = Section(tag);
        if (section.IsEmpty)
            return;
        ReadOnlySpan<long> values = Values(tag, items.Length);
        for (int i = 0; i < values.Length; i++)
        {
            long value = values[i];
            if (value < TColumn.Min || value > TColumn.Max)
                throw Malformed($"{value} in column {tag} is not within {TColumn.Min} and {TColumn.Max}");
            TColumn.Set(ref items[i], value);
        }
    }

    public readonly void Names<T, TColumn>(byte tag, Span<T> items)
        where TColumn : struct, IStringColumn<T> => Strings<T, TColumn>(tag, items, _strings.Names);

    public readonly void Texts<T, TColumn>(byte tag, Span<T> items)
        where TColumn : struct, IStringColumn<T> => Strings<T, TColumn>(tag, items, _strings.Texts);

    /// <summary>Gives every item its slice of the blob; the lengths must add up to it.</summary>
    public readonly void Blobs<T, TColumn>(byte tag, Span<T> items)
        where TColumn : struct, IBlobColumn<T>
    {
        int at = _starts[WireFormat.Blob];
        int end = _ends[WireFormat.Blob];
        if (items.Length > 0)
        {
            ReadOnlySpan<long> lengths = Values(tag, items.Length);
            for (int i = 0; i < lengths.Length; i++)
            {
                long length = lengths[i];
                if ((ulong)length > (ulong)(end - at))
                    throw Malformed($"payload {i} of {length} bytes ends after the blob");
                TColumn.Set(ref items[i], length == 0 ? default : new ReadOnlyMemory<byte>(_bytes, at, (int)length));
                at += (int)length;
            }
        }
        if (at != end)
            throw Malformed($"{end - at} bytes of the blob belong to no payload");
    }

    /// <summary>The whole blob, and in <paramref name="starts"/> where each payload begins in it; one more for its end.</summary>
    public readonly ReadOnlyMemory<byte> Blob(byte tag, int count, out int[] starts)
    {
        int total = _ends[WireFormat.Blob] - _starts[WireFormat.Blob];
        CheckCount(count, tag);
        starts = new int[count + 1];
        if (count > 0)
        {
            ReadOnlySpan<long> lengths = Values(tag, count);
            for (int i = 0; i < lengths.Length; i++)
            {
                long length = lengths[i];
                if ((ulong)length > (ulong)(total - starts[i]))
                    throw Malformed($"payload {i} of {length} bytes ends after the blob");
                starts[i + 1] = starts[i] + (int)length;
            }
        }
        if (starts[count] != total)
            throw Malformed($"{total - starts[count]} bytes of the blob belong to no payload");
        return total == 0 ? default : new ReadOnlyMemory<byte>(_bytes, _starts[WireFormat.Blob], total);
    }

    /// <summary>True when the sender wrote the column, that is, when some item differs from the default.</summary>
    public readonly bool Has(byte tag) => _ends[tag] > _starts[tag];

    public readonly SerializationException Malformed(string what) => WireFormat.Malformed(_message, what);

    // The coding byte of a column comes first, then at least one byte for each item.
    private readonly void CheckCount(int count, byte carrier)
    {
        int bytes = _ends[carrier] - _starts[carrier];
        if (count < 0 || count > Math.Max(0, bytes - 1))
            throw Malformed($"{count} items in column {carrier} of {bytes} bytes");
    }

    private readonly void Strings<T, TColumn>(byte tag, Span<T> items, string?[] table)
        where TColumn : struct, IStringColumn<T>
    {
        ReadOnlySpan<byte> section = Section(tag);
        if (section.IsEmpty)
        {
            foreach (ref T item in items)
                TColumn.Set(ref item, null);
            return;
        }
        ReadOnlySpan<long> indices = Values(tag, items.Length);
        for (int i = 0; i < indices.Length; i++)
        {
            ulong index = (ulong)indices[i];
            if (index >= (ulong)table.Length)
                throw Malformed($"column {tag} names string {index} of {table.Length - 1}");
            TColumn.Set(ref items[i], table[index]);
        }
    }

    // Decoded into numbers that the thread keeps, and set from there: two tight loops are faster than one that does both.
    private readonly ReadOnlySpan<long> Values(byte tag, int count)
    {
        if (s_values is null || s_values.Length < count)
            s_values = new long[Math.Max(256, count)];
        Span<long> values = s_values.AsSpan(0, count);
        if (count > KeptValues)
            s_values = null;
        new ColumnCursor(Section(tag), tag, _message).Fill(values);
        return values;
    }

    private readonly ReadOnlySpan<byte> Section(int tag) => _bytes.AsSpan(_starts[tag], _ends[tag] - _starts[tag]);

    [InlineArray(WireFormat.KnownTags)]
    private struct Marks
    {
        private int _first;
    }
}
