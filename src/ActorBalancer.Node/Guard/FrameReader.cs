namespace ActorBalancer.Node.Guard;

/// <summary>Collects what comes over a pipe in pieces until frames are whole.</summary>
internal sealed class FrameReader(FrameReader.Receive receive)
{
    private const int KeptRoom = 1 << 17;

    private byte[] _held = new byte[KeptRoom];
    private int _length;

    /// <summary>Gets each whole frame, in order.</summary>
    public delegate void Receive(byte kind, long run, ReadOnlySpan<byte> fields);

    public void Add(ReadOnlySpan<byte> piece)
    {
        if (_held.Length < _length + piece.Length)
            Array.Resize(ref _held, Math.Max(_length + piece.Length, 2 * _held.Length));
        piece.CopyTo(_held.AsSpan(_length));
        _length += piece.Length;

        ReadOnlySpan<byte> rest = _held.AsSpan(0, _length);
        while (GuardFrames.TryTake(ref rest, out byte kind, out long run, out ReadOnlySpan<byte> fields))
            receive(kind, run, fields);
        if (rest.Length < _length)
            Keep(rest);
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        // A large frame's room is given back with it.
        byte[] room = _held.Length > KeptRoom && rest.Length <= KeptRoom ? new byte[KeptRoom] : _held;
        rest.CopyTo(room);
        (_held, _length) = (room, rest.Length);
    }
}
