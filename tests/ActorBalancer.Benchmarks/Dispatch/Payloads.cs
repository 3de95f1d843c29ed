using System.IO.Hashing;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>
/// The same jobs for every contender: the payload of a number is 100 random bytes, and its right result their XXH3. Cut from
/// one block, so that making them costs nobody anything.
/// </summary>
internal static class Payloads
{
    public const int Size = 100;
    private const int BlockSize = 1 << 20;

    // Odd and large, so that neighbours share no bytes and all places of the block are used.
    private const long Stride = 104_729;

    private static readonly byte[] s_block = Block();

    public static ReadOnlyMemory<byte> Of(long number) => s_block.AsMemory((int)(number * Stride % (BlockSize - Size)), Size);

    public static ulong Hash(ReadOnlySpan<byte> payload) => XxHash3.HashToUInt64(payload);

    public static bool IsRight(long number, ulong result) => result == Hash(Of(number).Span);

    private static byte[] Block()
    {
        byte[] block = new byte[BlockSize];
        new Random(1).NextBytes(block);
        return block;
    }
}
