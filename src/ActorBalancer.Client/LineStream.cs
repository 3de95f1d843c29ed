namespace ActorBalancer.Client;

/// <summary>Pieces of text as a stream in which each is a line; no more than one is in memory.</summary>
internal sealed class LineStream(IEnumerable<ReadOnlyMemory<byte>> lines) : Stream
{
    private readonly IEnumerator<ReadOnlyMemory<byte>> _lines = lines.GetEnumerator();
    private ReadOnlyMemory<byte> _rest;
    private bool _newLine;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int written = 0;
        while (written < buffer.Length)
        {
            if (_rest.IsEmpty && _newLine)
            {
                buffer[written++] = (byte)'\n';
                _newLine = false;
            }
            else if (_rest.IsEmpty)
            {
                if (!_lines.MoveNext())
                    break;
                (_rest, _newLine) = (_lines.Current, true);
            }
            else
            {
                int length = Math.Min(_rest.Length, buffer.Length - written);
                _rest.Span[..length].CopyTo(buffer[written..]);
                (_rest, written) = (_rest[length..], written + length);
            }
        }
        return written;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _lines.Dispose();
        base.Dispose(disposing);
    }
}
