using System.Buffers.Binary;
using Google.Protobuf;

namespace ActorBalancer.Cluster.Tls;

/// <summary>Cuts a stream into frames, each behind its length in four bytes, little-endian: the framing of Akka.NET's own transport.</summary>
internal sealed class FrameReader(Stream stream, int longest)
{
    private const int LengthBytes = 4;

    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>The next frame; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">A frame says that it is longer than any that is sent here.</exception>
    public async ValueTask<ByteString?> NextAsync()
    {
        if (!await FillAsync(LengthBytes))
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        _start += LengthBytes;
        if (length < 0 || length > longest)
            throw new InvalidDataException($"A frame of {length} bytes was announced; the longest is {longest}.");
        if (length > _buffer.Length)
            return await LongAsync(length);
        if (!await FillAsync(length))
            return null;
        ByteString frame = ByteString.CopyFrom(_buffer, _start, length);
        _start += length;
        return frame;
    }

    private async ValueTask<ByteString> LongAsync(int length)
    {
        byte[] frame = new byte[length];
        int here = _end - _start;
        _buffer.AsSpan(_start, here).CopyTo(frame);
        (_start, _end) = (0, 0);
        await stream.ReadExactlyAsync(frame.AsMemory(here));
        return UnsafeByteOperations.UnsafeWrap(frame);
    }

    /// <summary>Reads until there are as many bytes in the buffer; false at the end of the stream.</summary>
    private async ValueTask<bool> FillAsync(int count)
    {
        if (_buffer.Length - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        while (_end - _start < count)
        {
            int read = await stream.ReadAsync(_buffer.AsMemory(_end));
            if (read == 0)
                return false;
            _end += read;
        }
        return true;
    }
}
