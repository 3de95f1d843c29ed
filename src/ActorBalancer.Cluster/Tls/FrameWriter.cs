using System.Buffers.Binary;
using Google.Protobuf;

namespace ActorBalancer.Cluster.Tls;

/// <summary>Writes frames, as many as fit at once: a TLS record and a system call for each would cost more than their bytes.</summary>
internal sealed class FrameWriter(Stream stream)
{
    private const int LengthBytes = 4;

    private readonly byte[] _buffer = new byte[64 << 10];
    private int _length;

    public async ValueTask AddAsync(ByteString frame)
    {
        if (_buffer.Length - _length < LengthBytes + frame.Length)
            await FlushAsync();
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_length), frame.Length);
        _length += LengthBytes;
        if (frame.Length <= _buffer.Length - _length)
        {
            frame.Span.CopyTo(_buffer.AsSpan(_length));
            _length += frame.Length;
            return;
        }
        await FlushAsync();
        await stream.WriteAsync(frame.Memory);
    }

    public async ValueTask FlushAsync()
    {
        if (_length == 0)
            return;
        await stream.WriteAsync(_buffer.AsMemory(0, _length));
        _length = 0;
    }
}
