using System.Buffers;
using System.Threading.Channels;
using ActorBalancer.Node.Guard;

namespace ActorBalancer.Node.Map;

/// <summary>
/// Reads items from a descriptor, never far ahead of those who take them. On a thread of its own, since a terminal or a pipe
/// may keep its reader waiting for ever.
/// </summary>
internal sealed class ItemReader
{
    /// <summary>What Linux allows an argument (MAX_ARG_STRLEN) with the zero byte behind it.</summary>
    public const int Longest = (128 << 10) - 1;

    private const int Ahead = 256;

    private readonly Channel<MapItem> _items = Channel.CreateBounded<MapItem>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
    private readonly int _descriptor;
    private readonly byte _delimiter;
    private readonly ArrayBufferWriter<byte> _open = new();
    private bool _tooLong;
    private long _count;

    public ItemReader(int descriptor, byte delimiter)
    {
        (_descriptor, _delimiter) = (descriptor, delimiter);
        new Thread(Read) { IsBackground = true, Name = "map-input" }.Start();
    }

    public ChannelReader<MapItem> Items => _items.Reader;

    private void Read()
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            int count;
            while ((count = Libc.ReadWaiting(_descriptor, buffer)) > 0)
                Split(buffer.AsSpan(0, count));
            if (_open.WrittenCount > 0 || _tooLong)
                Give();
            _items.Writer.Complete();
        }
        catch (Exception e)
        {
            _items.Writer.Complete(e);
        }
    }

    private void Split(ReadOnlySpan<byte> bytes)
    {
        int end;
        while ((end = bytes.IndexOf(_delimiter)) >= 0)
        {
            Add(bytes[..end]);
            Give();
            bytes = bytes[(end + 1)..];
        }
        Add(bytes);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        int room = Longest - _open.WrittenCount;
        _tooLong |= bytes.Length > room;
        _open.Write(bytes[..Math.Min(room, bytes.Length)]);
    }

    private void Give()
    {
        MapItem item = new(_count++, _open.WrittenSpan.ToArray(), _tooLong);
        _open.ResetWrittenCount();
        _tooLong = false;
        while (!_items.Writer.TryWrite(item))
            _items.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult();
    }
}
