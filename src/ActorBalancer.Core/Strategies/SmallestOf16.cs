using System.Runtime.Intrinsics;

namespace ActorBalancer.Strategies;

/// <summary>The smallest of sixteen numbers that lie side by side, and where it stands.</summary>
internal static class SmallestOf16
{
    /// <summary>Bit i of the answer is set when number i is the smallest.</summary>
    public static uint Find(ref long first, out long smallest)
    {
        var a = Vector256.LoadUnsafe(ref first);
        var b = Vector256.LoadUnsafe(ref first, 4);
        var c = Vector256.LoadUnsafe(ref first, 8);
        var d = Vector256.LoadUnsafe(ref first, 12);
        var least = Vector256.Min(Vector256.Min(a, b), Vector256.Min(c, d));
        least = Vector256.Min(least, Vector256.Shuffle(least, Vector256.Create(2L, 3, 0, 1)));
        least = Vector256.Min(least, Vector256.Shuffle(least, Vector256.Create(1L, 0, 3, 2)));
        smallest = least.ToScalar();
        return Vector256.Equals(a, least).ExtractMostSignificantBits()
            | (Vector256.Equals(b, least).ExtractMostSignificantBits() << 4)
            | (Vector256.Equals(c, least).ExtractMostSignificantBits() << 8)
            | (Vector256.Equals(d, least).ExtractMostSignificantBits() << 12);
    }
}
