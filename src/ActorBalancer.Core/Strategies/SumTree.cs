using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ActorBalancer.Strategies;

/// <summary>
/// Weights by row, drawn from in O(log n) and changed in O(log n): a Fenwick tree's idea (Fenwick, "A new data structure
/// for cumulative frequency tables", 1994) with sixteen children a node. An entry is the sum of those before it in its
/// block, so a step down is one comparison of sixteen numbers.
/// </summary>
internal sealed class SumTree
{
    private int[] _starts = TreeOf16.Starts(16);
    private long[] _before = new long[32];
    private int[] _weights = new int[16];

    /// <summary>The sum of all weights.</summary>
    public long Total { get; private set; }

    public void Set(int row, int weight)
    {
        if (row >= _weights.Length)
        {
            if (weight == 0) return;
            Grow(row + 1);
        }

        long delta = weight - _weights[row];
        if (delta == 0) return;
        _weights[row] = weight;
        Total += delta;
        for (int level = 0; level < _starts.Length - 1; level++)
        {
            int at = _starts[level] + row;
            for (int later = at + 1; later <= (at | 15); later++) _before[later] += delta;
            row >>= 4;
        }
    }

    /// <summary>
    /// The row whose span holds <paramref name="point"/> (0 to <see cref="Total"/> - 1) when all weights lie end to end, and
    /// where that span starts.
    /// </summary>
    public int Find(long point, out long start)
    {
        ref long before = ref MemoryMarshal.GetArrayDataReference(_before);
        long rest = point;
        int place = 0;
        for (int level = _starts.Length - 2; level >= 0; level--)
        {
            ref long block = ref Unsafe.Add(ref before, _starts[level] + (place << 4));
            int child = LastAtMost(ref block, rest);
            rest -= Unsafe.Add(ref block, child);
            place = (place << 4) + child;
        }

        start = point - rest;
        return place;
    }

    /// <summary>The sums ascend and the first is 0: the last of those that are at most <paramref name="rest"/>.</summary>
    private static int LastAtMost(ref long sums, long rest)
    {
        var limit = Vector512.Create(rest);
        ulong beyond = Vector512.GreaterThan(Vector512.LoadUnsafe(ref sums), limit).ExtractMostSignificantBits()
            | (Vector512.GreaterThan(Vector512.LoadUnsafe(ref sums, 8), limit).ExtractMostSignificantBits() << 8);
        return BitOperations.TrailingZeroCount(beyond | 0x10000) - 1;
    }

    private void Grow(int rows)
    {
        int[] weights = _weights;
        _weights = new int[(int)BitOperations.RoundUpToPowerOf2((uint)rows)];
        _starts = TreeOf16.Starts(_weights.Length);
        _before = new long[_starts[^1] + 16];
        Total = 0;
        for (int row = 0; row < weights.Length; row++) Set(row, weights[row]);
    }
}
