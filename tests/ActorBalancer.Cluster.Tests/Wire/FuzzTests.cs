using ActorBalancer.Wire;
using CsCheck;

namespace ActorBalancer.Cluster.Tests.Wire;

public sealed class FuzzTests
{
    // An item of the largest struct takes about 100 bytes and needs at least one on the wire; a row of the richest class
    // takes about 300. An exception with its stack takes some kilobytes.
    private const long BytesPerByte = 400;
    private const long Overhead = 256 * 1024;

    public static TheoryData<string> Messages => [.. WireMessages.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Damaged_message_is_read_or_refused_and_nothing_else(string name)
    {
        Type type = WireMessages.All.Single(t => t.Name == name);
        Gen.Select(MessageGen.For(type), Gen.Int[0, 1_000_000], Gen.Select(Gen.Int[0, 1_000_000], Gen.Byte).Array[1, 6]).Sample(
            (message, cut, flips) =>
            {
                byte[] bytes = WireMessages.Serializer.ToBinary(message);
                string manifest = WireMessages.Serializer.Manifest(message);
                foreach ((int at, byte mask) in flips)
                    bytes[at % bytes.Length] ^= mask;
                Bounded(bytes, manifest);
                Bounded(bytes[..(cut % bytes.Length)], manifest);
            },
            iter: 500);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Random_bytes_are_read_or_refused_and_nothing_else(string name)
    {
        Type type = WireMessages.All.Single(t => t.Name == name);
        string manifest = MessageGen.For(type).Select(WireMessages.Serializer.Manifest).Single();
        Gen.Select(Gen.Byte.Array[0, 80], Gen.Bool).Sample(
            (bytes, versioned) => Bounded(versioned ? [WireFormat.Version, .. bytes] : bytes, manifest), iter: 1000);
    }

    [Fact]
    public void Count_beyond_what_the_bytes_can_hold_is_refused_before_anything_is_allocated()
    {
        // Six fields, the flag, and then the count of jobs: two thousand million, without a column that could carry them.
        byte[] head = [0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        byte[] bytes = WireMessages.Join([(WireFormat.Head, head)]);

        Assert.False(WireMessages.IsRead(bytes, "ab"));
        Bounded(bytes, "ab");
    }

    private static void Bounded(byte[] bytes, string manifest)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        WireMessages.IsRead(bytes, manifest);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= Overhead + (bytes.Length * BytesPerByte), $"{allocated} bytes for {bytes.Length} received");
    }
}
