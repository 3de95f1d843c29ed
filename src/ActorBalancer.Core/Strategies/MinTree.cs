using System.Numerics;
using System.Runtime.InteropServices;

namespace ActorBalancer.Strategies;

/// <summary>
/// A tournament of numbers with sixteen children a node: the smallest and its place in O(log n), the lowest place among equals.
/// </summary>
internal sealed class MinTree
{
    /// <summary>The key of a place that takes no part.</summary>
    public const long Absent = long.MaxValue;

    private const int Fan = 16;
    private long[][] _levels = Levels(Fan);

    /// <summary>The smallest key, <see cref="Absent"/> when there is none.</summary>
    public long Min => _levels[^1][0];

    /// <summary>Takes every place out and makes room for places below <paramref name="capacity"/>.</summary>
    public void Reset(int capacity)
    {
        if (capacity > _levels[0].Length) _levels = Levels(capacity);
        else foreach (long[] level in _levels) Array.Fill(level, Absent);
    }

    public void Set(int place, long key)
    {
        var levels = _levels;
        for (int i = 0; i < levels.Length - 1; i++)
        {
            ref long slot = ref levels[i][place];
            long old = slot;
            slot = key;
            int block = place / Fan;
            long least = levels[i + 1][block];
            if (key >= least)
            {
                if (old != least) return;
                SmallestOf16.Find(ref MemoryMarshal.GetReference(levels[i].AsSpan(block * Fan, Fan)), out key);
                if (key == least) return;
            }

            place = block;
        }

        levels[^1][0] = key;
    }

    /// <summary>The lowest place that has the smallest key; there is one.</summary>
    public int MinPlace()
    {
        var levels = _levels;
        int place = 0;
        for (int i = levels.Length - 2; i >= 0; i--)
        {
            int first = place * Fan;
            uint holders = SmallestOf16.Find(ref MemoryMarshal.GetReference(levels[i].AsSpan(first, Fan)), out _);
            place = first + BitOperations.TrailingZeroCount(holders);
        }

        return place;
    }

    private static long[][] Levels(int capacity)
    {
        var levels = new List<long[]>();
        for (int slots = Math.Max(capacity, 2); ; slots = (slots + Fan - 1) / Fan)
        {
            long[] level = new long[(slots + Fan - 1) / Fan * Fan];
            Array.Fill(level, Absent);
            levels.Add(level);
            if (slots == 1) return [.. levels];
        }
    }
}
