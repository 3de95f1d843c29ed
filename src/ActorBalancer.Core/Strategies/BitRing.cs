using System.Numerics;

namespace ActorBalancer.Strategies;

/// <summary>
/// A set of small numbers that finds its next member going round in O(log n): bits in words of 64, and above each level
/// a bit for every word below that is not empty.
/// </summary>
internal sealed class BitRing
{
    private ulong[][] _levels = [new ulong[1]];

    /// <summary>Empties the set and makes room for numbers below <paramref name="capacity"/>.</summary>
    public void Reset(int capacity)
    {
        if (capacity <= _levels[0].Length * 64)
        {
            foreach (var level in _levels) Array.Clear(level);
            return;
        }

        var levels = new List<ulong[]>();
        int words = capacity;
        do
        {
            words = (words + 63) / 64;
            levels.Add(new ulong[words]);
        }
        while (words > 1);
        _levels = [.. levels];
    }

    public void Set(int number, bool present)
    {
        foreach (var level in _levels)
        {
            ref ulong word = ref level[number >> 6];
            bool wasEmpty = word == 0;
            if (present) word |= 1UL << number;
            else word &= ~(1UL << number);
            if (wasEmpty == (word == 0)) return;
            number >>= 6;
        }
    }

    /// <summary>The first member at or after <paramref name="from"/>, going round; the set is not empty.</summary>
    public int Next(int from)
    {
        int found = AtOrAfter(from);
        return found >= 0 ? found : AtOrAfter(0);
    }

    private int AtOrAfter(int from)
    {
        var levels = _levels;
        for (int up = 0; up < levels.Length; up++)
        {
            int word = from >> 6;
            if (word >= levels[up].Length) return -1;
            ulong rest = levels[up][word] >> from;
            if (rest != 0) return Descend(up, from + BitOperations.TrailingZeroCount(rest));
            from = word + 1;
        }

        return -1;
    }

    private int Descend(int level, int number)
    {
        while (level > 0) number = (number << 6) + BitOperations.TrailingZeroCount(_levels[--level][number]);
        return number;
    }
}
