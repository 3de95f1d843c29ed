using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

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

    private int[] _starts;
    private long[] _keys;
    private Rank[] _ranks;
    private ushort[] _holders;

    public TieTree() => Allocate(16);

    /// <summary>How many rows share the smallest key.</summary>
    public int Ties => _ranks[_starts[^1]].Count;

    /// <summary>Gives the row its key; <see cref="Absent"/> takes it out.</summary>
    public void Set(int row, long key, int second)
    {
        if (row >= _starts[1])
        {
            if (key == Absent) return;
            Grow(row + 1);
        }

        ref long keys = ref MemoryMarshal.GetArrayDataReference(_keys);
        ref Rank ranks = ref MemoryMarshal.GetArrayDataReference(_ranks);
        ref ushort holdersOf = ref MemoryMarshal.GetArrayDataReference(_holders);
        int[] starts = _starts;
        var rank = key == Absent ? default : new Rank(second, 1);
        int slot = row;
        for (int level = 1; level < starts.Length; level++)
        {
            int at = starts[level - 1] + slot;
            int above = starts[level] + (slot >> 4);
            int oldCount = Unsafe.Add(ref ranks, at).Count;
            Unsafe.Add(ref ranks, at) = rank;
            int bit = 1 << (slot & 15);
            ref ushort holders = ref Unsafe.Add(ref holdersOf, at >> 4);
            bool held = (holders & bit) != 0;
            long best = Unsafe.Add(ref keys, above);
            Rank bestRank = Unsafe.Add(ref ranks, above);
            long next = key;
            if (key < best || (key == best && rank.Second < bestRank.Second))
            {
                holders = (ushort)bit;
            }
            else if (key == best && rank.Second == bestRank.Second)
            {
                holders |= (ushort)bit;
                rank = new Rank(rank.Second, bestRank.Count + rank.Count - (held ? oldCount : 0));
            }
            else if (!held)
            {
                (next, rank) = (best, bestRank);
            }
            else if (holders != bit)
            {
                holders &= (ushort)~bit;
                (next, rank) = (best, new Rank(bestRank.Second, bestRank.Count - oldCount));
            }
            else
            {
                rank = Recount(at, key, out next, out holders);
            }

            Unsafe.Add(ref keys, at) = key;
            if (next == best && rank == bestRank) return;
            key = next;
            slot >>= 4;
        }

        _keys[starts[^1]] = key;
        _ranks[starts[^1]] = rank;
    }

    /// <summary>The row that comes at <paramref name="index"/> (0 to <see cref="Ties"/> - 1) among those with the smallest key.</summary>
    public int Row(int index)
    {
        int block = 0;
        for (int level = _starts.Length - 2; level > 0; level--)
        {
            int first = _starts[level] + (block << 4);
            uint holders = _holders[first >> 4];
            int lane = BitOperations.TrailingZeroCount(holders);
            for (int count; index >= (count = _ranks[first + lane].Count); lane = BitOperations.TrailingZeroCount(holders))
            {
                index -= count;
                holders &= holders - 1;
            }

            block = (block << 4) + lane;
        }

        return (block << 4) + BitAt(_holders[block], index);
    }

    /// <summary>Where the set bit number <paramref name="index"/> stands.</summary>
    private static int BitAt(uint bits, int index)
    {
        if (Bmi2.IsSupported) return BitOperations.TrailingZeroCount(Bmi2.ParallelBitDeposit(1U << index, bits));
        for (; index > 0; index--) bits &= bits - 1;
        return BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>Looks through the block of an entry, the last of its holders, whose key is going to be this.</summary>
    private Rank Recount(int at, long key, out long smallest, out ushort holders)
    {
        int first = at & ~15;
        uint tied = SmallestOf16.FindWith(ref _keys[first], at & 15, key, out smallest);
        var ranks = _ranks.AsSpan(first, 16);
        var best = ranks[BitOperations.TrailingZeroCount(tied)];
        holders = (ushort)(tied & (0 - tied));
        for (tied &= tied - 1; tied != 0; tied &= tied - 1)
        {
            var other = ranks[BitOperations.TrailingZeroCount(tied)];
            if (other.Second > best.Second) continue;
            bool fewer = other.Second < best.Second;
            best = new Rank(other.Second, fewer ? other.Count : best.Count + other.Count);
            if (fewer) holders = 0;
            holders |= (ushort)(tied & (0 - tied));
        }

        return best;
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_starts), nameof(_keys), nameof(_ranks), nameof(_holders))]
    private void Allocate(int rows)
    {
        _starts = TreeOf16.Starts(rows);
        _keys = new long[_starts[^1] + 16];
        _ranks = new Rank[_keys.Length];
        _holders = new ushort[_keys.Length / 16];
        Array.Fill(_keys, Absent);
        Array.Fill(_holders, ushort.MaxValue);
    }

    private void Grow(int rows)
    {
        var (keys, ranks, count) = (_keys, _ranks, _starts[1]);
        Allocate(Math.Max(rows, count * 2));
        for (int row = 0; row < count; row++)
            if (keys[row] != Absent) Set(row, keys[row], ranks[row].Second);
    }

    /// <summary>The second number of the smallest key below an entry, and how many rows have that key.</summary>
    private readonly record struct Rank(int Second, int Count);
}
