using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActorBalancer.Strategies;

/// <summary>
/// A tournament of numbers with sixteen children a node: the smallest and its place in O(log n), the lowest place among equals.
/// </summary>
internal sealed class MinTree
{
    /// <summary>The key of a place that takes no part.</summary>
    public const long Absent = long.MaxValue;

    private long[] _keys = [];
    private byte[] _winners = [];
    private int[] _starts = [];
    private int _root;

    public MinTree() => Reset(1);

    /// <summary>The smallest key, <see cref="Absent"/> when there is none.</summary>
    public long Min => _keys[_root];

    /// <summary>Takes every place out and makes room for places below <paramref name="capacity"/>.</summary>
    public void Reset(int capacity)
    {
        if (_starts.Length == 0 || capacity > _starts[1])
        {
            _starts = TreeOf16.Starts(capacity);
            _root = _starts[^1];
            _keys = new long[_root + 16];
            _winners = new byte[_keys.Length / 16];
        }

        Array.Fill(_keys, Absent);
    }

    public void Set(int place, long key)
    {
        ref long keys = ref MemoryMarshal.GetArrayDataReference(_keys);
        int[] starts = _starts;
        for (int level = 1; level < starts.Length; level++)
        {
            int at = starts[level - 1] + place;
            ref long slot = ref Unsafe.Add(ref keys, at);
            long old = slot;
            long next = key;
            long least = Unsafe.Add(ref keys, starts[level] + (place >> 4));
            ref byte winner = ref _winners[at >> 4];
            if (key < least)
            {
                winner = (byte)(place & 15);
            }
            else if (old == least)
            {
                uint winners = SmallestOf16.FindWith(ref Unsafe.Add(ref keys, at & ~15), at & 15, key, out next);
                winner = (byte)BitOperations.TrailingZeroCount(winners);
            }
            else
            {
                if (key == least) winner = Math.Min(winner, (byte)(place & 15));
                next = least;
            }

            slot = key;
            if (next == least) return;
            key = next;
            place >>= 4;
        }

        Unsafe.Add(ref keys, _root) = key;
    }

    /// <summary>The lowest place that has the smallest key; there is one.</summary>
    public int MinPlace()
    {
        int place = 0;
        for (int level = _starts.Length - 2; level >= 0; level--)
            place = (place << 4) + _winners[(_starts[level] >> 4) + place];
        return place;
    }
}
