using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ActorBalancer.Strategies;

/// <summary>
/// Weights by row, drawn from in O(log n) and changed in O(log n): a Fenwick tree's idea (Fenwick, "A new data structure
/// for cumulative frequency tables", 1994) with sixteen children a node, each level holding the running sums within
/// its blocks, so that a step down is one comparison of sixteen numbers.
/// </summary>
internal sealed class SumTree
{
    private const int Fan = 16;
    private long[][] _levels = [new long[Fan]];
    private int[] _weights = new int[Fan];

    /// <summary>The sum of all weights.</summary>
    public long Total { get; private set; }

    public int Weight(int row) => row < _weights.Length ? _weights[row] : 0;

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
        foreach (var level in _levels)
        {
            for (int i = row; i < (row | (Fan - 1)) + 1; i++) level[i] += delta;
            row /= Fan;
        }
    }

    /// <summary>
    /// The row whose span holds <paramref name="point"/> (0 to <see cref="Total"/> - 1) when all weights lie end to end, and
    /// where that span starts.
    /// </summary>
    public int Find(long point, out long start)
    {
        long rest = point;
        int block = 0;
        for (int i = _levels.Length - 1; i >= 0; i--)
        {
            int first = block * Fan;
            ref long sums = ref MemoryMarshal.GetReference(_levels[i].AsSpan(first, Fan));
            int child = CountAtMost(ref sums, rest);
            if (child > 0) rest -= _levels[i][first + child - 1];
            block = first + child;
        }

        start = point - rest;
        return block;
    }

    private static int CountAtMost(ref long sums, long rest)
    {
        var limit = Vector256.Create(rest);
        int beyond = 0;
        for (int i = 0; i < Fan; i += 4)
            beyond += System.Numerics.BitOperations.PopCount(Vector256.GreaterThan(Vector256.LoadUnsafe(ref sums, (nuint)i), limit).ExtractMostSignificantBits());
        return Fan - beyond;
    }

    private void Grow(int rows)
    {
        int size = _weights.Length;
        while (size < rows) size *= 2;
        int[] weights = _weights;
        _weights = new int[size];
        var levels = new List<long[]>();
        for (int blocks = size; ;)
        {
            blocks = (blocks + Fan - 1) / Fan;
            levels.Add(new long[blocks * Fan]);
            if (blocks == 1) break;
        }

        _levels = [.. levels];
        Total = 0;
        for (int row = 0; row < weights.Length; row++) Set(row, weights[row]);
    }
}
