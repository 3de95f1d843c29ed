using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorBalancer.Strategies;

/// <summary>One set of <see cref="RowSets"/>: where its rows lie, how many they are, and for how many there is room.</summary>
internal struct RowSet
{
    public int Start;
    public int Count;
    public int Room;
}

/// <summary>
/// Many sets of rows in one array, where a row is in one set at most. Putting in, taking out and the row at an index cost
/// O(1). A set lies in a block of a power of two rows, from a quarter full to full; blocks left behind wait in
/// a list of their size, so all sets together take O(n log n) for n rows and nothing is allocated once they have grown.
/// </summary>
internal sealed class RowSets
{
    private const int SmallestRoom = 4;

    private readonly int[] _left = new int[32];
    private int[] _rows = new int[64];
    private int[] _places = new int[16];
    private int _end;

    public RowSets() => Clear();

    /// <summary>The row at an index, 0 to the set's count - 1; the order says nothing.</summary>
    public int Row(in RowSet set, int index) => _rows[set.Start + index];

    /// <summary>Puts in a row that is in no set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ref RowSet set, int row)
    {
        if (set.Count == set.Room) Resize(ref set, Math.Max(set.Room * 2, SmallestRoom));
        int place = set.Count++;
        _rows[set.Start + place] = row;
        _places[row] = place;
    }

    /// <summary>Takes out a row that is in the set; the last one takes its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(ref RowSet set, int row)
    {
        int place = _places[row];
        int last = _rows[set.Start + --set.Count];
        _rows[set.Start + place] = last;
        _places[last] = place;
        if (set.Count < set.Room >> 2 && set.Room > SmallestRoom) Resize(ref set, set.Room / 2);
    }

    /// <summary>Makes room for rows below <paramref name="rows"/>.</summary>
    public void Reserve(int rows)
    {
        if (rows > _places.Length) Array.Resize(ref _places, (int)BitOperations.RoundUpToPowerOf2((uint)rows));
    }

    /// <summary>Forgets every set; the caller starts with new ones.</summary>
    public void Clear()
    {
        _end = 0;
        Array.Fill(_left, -1);
    }

    private void Resize(ref RowSet set, int room)
    {
        int start = Take(room);
        _rows.AsSpan(set.Start, set.Count).CopyTo(_rows.AsSpan(start));
        if (set.Room > 0)
        {
            // A block that is left behind holds, in its first row's place, the one left before it.
            ref int latest = ref _left[BitOperations.Log2((uint)set.Room)];
            _rows[set.Start] = latest;
            latest = set.Start;
        }

        set.Start = start;
        set.Room = room;
    }

    private int Take(int room)
    {
        ref int latest = ref _left[BitOperations.Log2((uint)room)];
        int start = latest;
        if (start >= 0)
        {
            latest = _rows[start];
            return start;
        }

        start = _end;
        _end += room;
        if (_end > _rows.Length) Array.Resize(ref _rows, (int)BitOperations.RoundUpToPowerOf2((uint)_end));
        return start;
    }
}
