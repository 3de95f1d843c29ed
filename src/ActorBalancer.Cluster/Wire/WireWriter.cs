using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace ActorBalancer.Wire;

/// <summary>
/// Writes one message. Columns and fields go to a buffer that the thread keeps; only the finished message is allocated,
/// at its exact size, and payloads are copied once, straight into it.
/// </summary>
internal sealed class WireWriter
{
    private const int KeptBytes = 1 << 20;
    private const int KeptValues = 1 << 16;

    [ThreadStatic]
    private static WireWriter? s_mine;

    private readonly StringTable _names = new();
    private readonly StringTable _texts = new();
    private byte[] _buffer = new byte[8192];
    private long[] _values = new long[256];
    private int _at;

    /// <summary>The thread's writer, empty. One message at a time.</summary>
    public static WireWriter Begin()
    {
        WireWriter writer = s_mine ??= new WireWriter();
        writer._names.Clear();
        writer._texts.Clear();
        writer._buffer[0] = WireFormat.Version;
        writer._at = 1;
        return writer;
    }

    /// <summary>Starts a section or, with <see cref="StartRow"/>, an item; returns the mark for <see cref="End"/>.</summary>
    public int Start(byte tag)
    {
        Ensure(2);
        _buffer[_at++] = tag;
        return _at++;
    }

    /// <summary>Starts a group of fields that may grow in later releases.</summary>
    public int StartRow()
    {
        Ensure(1);
        return _at++;
    }

    /// <summary>Writes the length in front of what came since the mark; moves it up when one byte is not enough.</summary>
    public void End(int mark)
    {
        int length = _at - mark - 1;
        int size = Varint.Size((ulong)length);
        if (size > 1)
        {
            Ensure(size - 1);
            Buffer.BlockCopy(_buffer, mark + 1, _buffer, mark + size, length);
            _at += size - 1;
        }
        int at = mark;
        Varint.Write(_buffer, ref at, (ulong)length);
    }

    public void Number(long value)
    {
        Ensure(Varint.MaxBytes);
        Varint.Write(_buffer, ref _at, Varint.Fold(value));
    }

    public void Count(int value)
    {
        Ensure(Varint.MaxBytes);
        Varint.Write(_buffer, ref _at, (ulong)value);
    }

    public void Flag(bool value) => Count(value ? 1 : 0);

    public void Real(double value)
    {
        Ensure(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.AsSpan(_at), value);
        _at += sizeof(double);
    }

    public void Name(string? value) => Count(_names.IndexOf(value));

    public void Names(IReadOnlyCollection<string> values)
    {
        Count(values.Count);
        foreach (string value in values)
            Name(value);
    }

    public void Text(string? value) => Count(_texts.IndexOf(value));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Count(value.Length);
        Ensure(value.Length);
        value.CopyTo(_buffer.AsSpan(_at));
        _at += value.Length;
    }

    /// <summary>An instant with its offset.</summary>
    public void Time(DateTimeOffset value)
    {
        Number(value.UtcTicks);
        Number(value.TotalOffsetMinutes);
    }

    public void TimeOrNull(DateTimeOffset? value)
    {
        Flag(value is not null);
        Time(value ?? default);
    }

    /// <summary>A column; costs nothing when all are 0 and a few bytes when all are equal.</summary>
    public void Column<T, TColumn>(byte tag, ReadOnlySpan<T> items)
        where TColumn : struct, IColumn<T> => WriteColumn(tag, Gather<T, TColumn>(items), carrier: false);

    /// <summary>
    /// The column of its array that has at least one byte for each item, whatever they are, so that a reader can check
    /// the count against the bytes before it allocates. Every array has one.
    /// </summary>
    public void Carrier<T, TColumn>(byte tag, ReadOnlySpan<T> items)
        where TColumn : struct, IColumn<T> => WriteColumn(tag, Gather<T, TColumn>(items), carrier: true);

    public void Names<T, TColumn>(byte tag, ReadOnlySpan<T> items)
        where TColumn : struct, IStringColumn<T> => WriteColumn(tag, Gather<T, TColumn>(items, _names), carrier: false);

    public void Texts<T, TColumn>(byte tag, ReadOnlySpan<T> items)
        where TColumn : struct, IStringColumn<T> => WriteColumn(tag, Gather<T, TColumn>(items, _texts), carrier: false);

    /// <summary>The lengths of all blobs, as the carrier of their array, and then the end of the message.</summary>
    public byte[] Finish<T, TColumn>(byte tag, ReadOnlySpan<T> items)
        where TColumn : struct, IBlobColumn<T>
    {
        Span<long> lengths = Values(items.Length);
        long total = 0;
        for (int i = 0; i < items.Length; i++)
        {
            lengths[i] = TColumn.Get(in items[i]).Length;
            total += lengths[i];
        }
        WriteColumn(tag, lengths, carrier: true);
        byte[] message = Finish(total, out Span<byte> blob);
        foreach (ref readonly T item in items)
        {
            ReadOnlyMemory<byte> bytes = TColumn.Get(in item);
            bytes.Span.CopyTo(blob);
            blob = blob[bytes.Length..];
        }
        return message;
    }

    public byte[] Finish() => Finish(0, out _);

    /// <summary>Writes the tables of strings and gives out the place where the blob belongs.</summary>
    public byte[] Finish(long blobLength, out Span<byte> blob)
    {
        WriteTable(WireFormat.Names, _names);
        WriteTable(WireFormat.Texts, _texts);
        if (blobLength > 0)
        {
            Ensure(1 + Varint.MaxBytes);
            _buffer[_at++] = WireFormat.Blob;
            Varint.Write(_buffer, ref _at, (ulong)blobLength);
        }
        if (blobLength > Array.MaxLength - _at)
            throw WireFormat.Malformed("Message", $"{blobLength} bytes of payload do not fit into one message");
        byte[] message = GC.AllocateUninitializedArray<byte>(_at + (int)blobLength);
        _buffer.AsSpan(0, _at).CopyTo(message);
        blob = message.AsSpan(_at);
        if (_buffer.Length > KeptBytes)
            _buffer = new byte[8192];
        if (_values.Length > KeptValues)
            _values = new long[256];
        return message;
    }

    private Span<long> Gather<T, TColumn>(ReadOnlySpan<T> items)
        where TColumn : struct, IColumn<T>
    {
        Span<long> values = Values(items.Length);
        for (int i = 0; i < items.Length; i++)
            values[i] = TColumn.Get(in items[i]);
        return values;
    }

    private Span<long> Gather<T, TColumn>(ReadOnlySpan<T> items, StringTable table)
        where TColumn : struct, IStringColumn<T>
    {
        Span<long> values = Values(items.Length);
        string? last = null;
        int index = 0;
        for (int i = 0; i < items.Length; i++)
        {
            string? text = TColumn.Get(in items[i]);
            if (!ReferenceEquals(text, last))
            {
                index = table.IndexOf(text);
                last = text;
            }
            values[i] = index;
        }
        return values;
    }

    private void WriteColumn(byte tag, ReadOnlySpan<long> values, bool carrier)
    {
        if (values.IsEmpty)
            return;
        long first = values[0];
        long step = values.Length > 1 ? unchecked(values[1] - first) : 0;
        if (!carrier && IsLine(values, step))
        {
            if (first == 0 && step == 0)
                return;
            int line = Start(tag);
            Count(WireFormat.Line);
            Number(first);
            Number(step);
            End(line);
            return;
        }
        int mark = Start(tag);
        Count(WireFormat.Deltas);
        Ensure(checked(values.Length * Varint.MaxBytes));
        byte[] buffer = _buffer;
        int at = _at;
        long before = 0;
        foreach (long value in values)
        {
            Varint.Write(buffer, ref at, Varint.Fold(unchecked(value - before)));
            before = value;
        }
        _at = at;
        End(mark);
    }

    private static bool IsLine(ReadOnlySpan<long> values, long step)
    {
        if (step == 0)
            return !values.ContainsAnyExcept(values[0]);
        for (int i = 2; i < values.Length; i++)
        {
            if (unchecked(values[i] - values[i - 1]) != step)
                return false;
        }
        return true;
    }

    private void WriteTable(byte tag, StringTable table)
    {
        if (table.Count == 0)
            return;
        int mark = Start(tag);
        Count(table.Count);
        foreach (string text in table.Items)
            WriteString(text);
        End(mark);
    }

    // UTF-8, or UTF-16 where the string holds half a surrogate pair, which UTF-8 cannot say: an error text may have been
    // cut in the middle of one. The lowest bit of the length tells which.
    private void WriteString(string text)
    {
        const int Room = 5;
        Ensure(checked(Room + (text.Length * 3)));
        Span<byte> place = _buffer.AsSpan(_at + Room);
        bool wide = Utf8.FromUtf16(text, place, out _, out int length, replaceInvalidSequences: false) != OperationStatus.Done;
        if (wide)
        {
            length = text.Length * sizeof(char);
            for (int i = 0; i < text.Length; i++)
                BinaryPrimitives.WriteUInt16LittleEndian(place[(i * sizeof(char))..], text[i]);
        }
        Varint.Write(_buffer, ref _at, ((ulong)length << 1) | (wide ? 1UL : 0UL));
        place[..length].CopyTo(_buffer.AsSpan(_at));
        _at += length;
    }

    private Span<long> Values(int count)
    {
        if (_values.Length < count)
            _values = new long[Math.Max(count, _values.Length * 2)];
        return _values.AsSpan(0, count);
    }

    private void Ensure(int more)
    {
        int needed = checked(_at + more);
        if (needed > _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, _buffer.Length * 2L)));
    }
}
