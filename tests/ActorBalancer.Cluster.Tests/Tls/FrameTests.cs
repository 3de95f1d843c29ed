using ActorBalancer.Cluster.Tls;
using Google.Protobuf;

namespace ActorBalancer.Cluster.Tests.Tls;

public sealed class FrameTests
{
    private const int Longest = 300_000;

    /// <summary>Sizes around the buffer's 64 KiB, with the four bytes of the length.</summary>
    public static TheoryData<int[]> Sizes =>
    [
        [0, 1, 2, 3],
        [65_531, 1, 65_532, 65_533, 65_536, 65_537],
        [Longest, 0, Longest],
        [.. Enumerable.Repeat(37, 5_000)],
    ];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Frames_come_out_as_they_went_in_however_the_stream_is_cut(int[] sizes)
    {
        byte[][] frames = [.. sizes.Select((size, n) => Enumerable.Range(0, size).Select(i => (byte)(i + n)).ToArray())];
        using MemoryStream wire = new();
        FrameWriter writer = new(wire);
        foreach (byte[] frame in frames)
            await writer.AddAsync(ByteString.CopyFrom(frame));
        await writer.FlushAsync();

        foreach (int piece in new[] { 1, 1_000, int.MaxValue })
        {
            using Pieces stream = new(wire.ToArray(), piece);
            FrameReader reader = new(stream, Longest);
            foreach (byte[] frame in frames)
                Assert.True((await reader.NextAsync())!.Span.SequenceEqual(frame));
            Assert.Null(await reader.NextAsync());
        }
    }

    [Theory]
    [InlineData(Longest + 1)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task Longer_frame_than_allowed_is_refused_before_it_is_read(int length)
    {
        using MemoryStream wire = new(BitConverter.GetBytes(length));
        FrameReader reader = new(wire, Longest);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.NextAsync());
    }

    [Fact]
    public async Task Stream_that_ends_within_a_frame_has_ended()
    {
        using MemoryStream wire = new([5, 0, 0, 0, 1, 2]);
        Assert.Null(await new FrameReader(wire, Longest).NextAsync());
    }

    /// <summary>Gives at most so many bytes a read.</summary>
    private sealed class Pieces(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer.Length > most ? buffer[..most] : buffer, cancellationToken);
    }
}
