using System.Numerics;
using System.Runtime.Intrinsics;

namespace ActorBalancer.Strategies;

/// <summary>The smallest of sixteen numbers that lie side by side, and where it stands.</summary>
internal static class SmallestOf16
{
    /// <summary>
    /// Takes number <paramref name="lane"/> for <paramref name="key"/>, whatever is stored there: a vector loaded over a word
    /// that was just stored would wait for the store. Bit i of the answer is set when number i is the smallest.
    /// </summary>
    public static uint FindWith(ref long first, int lane, long key, out long smallest)
    {
        var lanes = Vector512.Create(0L, 1, 2, 3, 4, 5, 6, 7);
        var at = Vector512.Create((long)lane);
        var value = Vector512.Create(key);
        var a = Vector512.ConditionalSelect(Vector512.Equals(lanes, at), value, Vector512.LoadUnsafe(ref first));
        var b = Vector512.ConditionalSelect(Vector512.Equals(lanes + Vector512.Create(8L), at), value, Vector512.LoadUnsafe(ref first, 8));
        var both = Vector512.Min(a, b);
        var least = Vector256.Min(both.GetLower(), both.GetUpper());
        var pair = Vector128.Min(least.GetLower(), least.GetUpper());
        smallest = Math.Min(pair[0], pair[1]);
        var all = Vector512.Create(smallest);
        return (uint)(Vector512.Equals(a, all).ExtractMostSignificantBits() | (Vector512.Equals(b, all).ExtractMostSignificantBits() << 8));
    }
}
