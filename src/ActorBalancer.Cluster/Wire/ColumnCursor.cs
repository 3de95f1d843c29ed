using System.Runtime.Serialization;

namespace ActorBalancer.Wire;

/// <summary>Reads the numbers of one column in order.</summary>
internal ref struct ColumnCursor
{
    private readonly ReadOnlySpan<byte> _section;
    private readonly byte _tag;
    private readonly string _message;
    private readonly bool _isLine;
    private readonly long _step;
    private long _value;
    private int _at;

    public ColumnCursor(ReadOnlySpan<byte> section, byte tag, string message)
    {
        _section = section;
        _tag = tag;
        _message = message;
        _at = 1;
        int coding = section.IsEmpty ? -1 : section[0];
        if (coding == WireFormat.Line)
        {
            _isLine = true;
            long first = Read();
            _step = Read();
            _value = unchecked(first - _step);
        }
        else if (coding != WireFormat.Deltas)
        {
            throw WireFormat.Malformed(message, $"column {tag} has the unknown coding {coding}");
        }
    }

    /// <summary>All values of a column that has so many; it must end with the last.</summary>
    public void Fill(Span<long> values)
    {
        if (_isLine)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = _value = unchecked(_value + _step);
        }
        else
        {
            ReadOnlySpan<byte> section = _section;
            int at = _at;
            long value = 0;
            for (int i = 0; i < values.Length; i++)
            {
                if (!Varint.TryRead(section, ref at, out ulong delta))
                    throw Short();
                value = unchecked(value + Varint.Unfold(delta));
                values[i] = value;
            }
            _at = at;
        }
        if (_at != _section.Length)
            throw WireFormat.Malformed(_message, $"column {_tag} has {_section.Length - _at} bytes too many");
    }

    private long Read() => Varint.TryRead(_section, ref _at, out ulong value) ? Varint.Unfold(value) : throw Short();

    private readonly SerializationException Short() => WireFormat.Malformed(_message, $"column {_tag} ends within a number");
}
