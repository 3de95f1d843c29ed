using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActorBalancer.Strategies;

/// <summary>
/// A tournament that knows how many rows share the smallest key and draws one of them, each equally likely. Keys are pairs,
/// compared by the first and then by the second number. Sixteen children a node; a node keeps the smallest pair below
/// it, how many rows have it and which children hold those, so most changes touch a few bits a level. A row's change and
/// a draw cost O(log n).
/// </summary>
internal sealed class TieTree
{
    /// <summary>The first number of a row that takes no part.</summary>
    public const long Absent = long.MaxValue;

    private const int Fan = 16;
    private Level[] _levels = [new Level(Fan), new Level(Fan)];

    /// <summary>How many rows share the smallest key.</summary>
    public int Ties => _levels[^1].Counts[0];

    /// <summary>Gives the row its key; <see cref="Absent"/> takes it out.</summary>
    public void Set(int row, long key, int second)
    {
        if (row >= _levels[0].Keys.Length)
        {
            if (key == Absent) return;
            Grow(row + 1);
        }

        int count = 1;
        if (key == Absent) second = count = 0;
        var levels = _levels;
        int slot = row;
        for (int i = 0; i < levels.Length - 1; i++)
        {
            var (level, above) = (levels[i], levels[i + 1]);
            int oldCount = level.Counts[slot];
            level.Keys[slot] = key;
            level.Seconds[slot] = second;
            level.Counts[slot] = count;
            int block = slot / Fan;
            int bit = 1 << (slot % Fan);
            ref ushort holders = ref level.Holders[block];
            bool held = (holders & bit) != 0;
            (long best, int bestSecond, int bestCount) = (above.Keys[block], above.Seconds[block], above.Counts[block]);
            if (key < best || (key == best && second < bestSecond))
            {
                holders = (ushort)bit;
            }
            else if (key == best && second == bestSecond)
            {
                holders |= (ushort)bit;
                count += held ? bestCount - oldCount : bestCount;
                if (count == bestCount) return;
            }
            else
            {
                if (!held) return;
                holders &= (ushort)~bit;
                (key, second, count) = holders != 0 ? (best, bestSecond, bestCount - oldCount) : level.Recount(block);
            }

            slot = block;
        }

        var root = levels[^1];
        (root.Keys[0], root.Seconds[0], root.Counts[0]) = (key, second, count);
    }

    /// <summary>The row that comes at <paramref name="index"/> (0 to <see cref="Ties"/> - 1) among those with the smallest key.</summary>
    public int Row(int index)
    {
        var levels = _levels;
        int block = 0;
        for (int i = levels.Length - 2; i > 0; i--)
        {
            uint holders = levels[i].Holders[block];
            int first = block * Fan;
            while (true)
            {
                block = first + BitOperations.TrailingZeroCount(holders);
                int count = levels[i].Counts[block];
                if (index < count) break;
                index -= count;
                holders &= holders - 1;
            }
        }

        uint rows = levels[0].Holders[block];
        for (; index > 0; index--) rows &= rows - 1;
        return (block * Fan) + BitOperations.TrailingZeroCount(rows);
    }

    private void Grow(int rows)
    {
        var old = _levels[0];
        int size = old.Keys.Length;
        while (size < rows) size *= 2;
        var levels = new List<Level>();
        for (int slots = size; ; slots = (slots + Fan - 1) / Fan)
        {
            levels.Add(new Level((slots + Fan - 1) / Fan * Fan));
            if (slots == 1) break;
        }

        _levels = [.. levels];
        for (int row = 0; row < old.Keys.Length; row++)
            if (old.Keys[row] != Absent) Set(row, old.Keys[row], old.Seconds[row]);
    }

    /// <summary>One level's numbers; an entry above is the summary of a block of sixteen below.</summary>
    private sealed class Level
    {
        public readonly long[] Keys;
        public readonly int[] Seconds;
        public readonly int[] Counts;
        public readonly ushort[] Holders;

        public Level(int slots)
        {
            Keys = new long[slots];
            Array.Fill(Keys, Absent);
            Seconds = new int[slots];
            Counts = new int[slots];
            Holders = new ushort[slots / Fan];
            Array.Fill(Holders, ushort.MaxValue);
        }

        /// <summary>Looks through a block none of whose known holders is left.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public (long Key, int Second, int Count) Recount(int block)
        {
            int first = block * Fan;
            ref long keys = ref MemoryMarshal.GetReference(Keys.AsSpan(first, Fan));
            uint tied = SmallestOf16.Find(ref keys, out long key);
            uint holders = 0;
            int second = int.MaxValue;
            int count = 0;
            for (; tied != 0; tied &= tied - 1)
            {
                int lane = BitOperations.TrailingZeroCount(tied);
                int candidate = Seconds[first + lane];
                if (candidate > second) continue;
                if (candidate < second) (second, holders, count) = (candidate, 0, 0);
                holders |= 1U << lane;
                count += Counts[first + lane];
            }

            Holders[block] = (ushort)holders;
            return (key, second, count);
        }
    }
}
