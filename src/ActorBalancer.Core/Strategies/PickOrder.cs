using System.Numerics;

namespace ActorBalancer.Strategies;

/// <summary>
/// The members in a random order that is this router's own: sorted by their id mixed with the router's seed. So several
/// routers start out of phase, and a worker keeps its place among the others whoever joins or leaves, and after its return.
/// </summary>
internal sealed class PickOrder(ulong seed)
{
    private readonly ulong _salt = Mixer.Mix(seed);
    private int[] _rows = [];
    private ulong[] _keys = [];
    private int[] _places = [];

    /// <summary>How many rows are in the order.</summary>
    public int Count { get; private set; }

    /// <summary>Places are numbered below this; it only grows.</summary>
    public int Capacity => _rows.Length;

    /// <summary>The row at a place, 0 to <see cref="Count"/> - 1.</summary>
    public int Row(int place) => _rows[place];

    /// <summary>The place of a row that is in the order.</summary>
    public int Place(int row) => _places[row];

    /// <summary>Puts the row in and returns its place; those behind it move up by one.</summary>
    public int Add(int row, ulong id)
    {
        Reserve(row);
        ulong key = Mixer.Mix(id ^ _salt);
        int place = Array.BinarySearch(_keys, 0, Count, key);
        if (place < 0) place = ~place;
        while (place < Count && _keys[place] == key && _rows[place] < row) place++;
        Array.Copy(_rows, place, _rows, place + 1, Count - place);
        Array.Copy(_keys, place, _keys, place + 1, Count - place);
        _rows[place] = row;
        _keys[place] = key;
        Count++;
        Renumber(place);
        return place;
    }

    /// <summary>Takes the row out and returns the place it had; those behind it move down by one.</summary>
    public int Remove(int row)
    {
        int place = _places[row];
        Count--;
        Array.Copy(_rows, place + 1, _rows, place, Count - place);
        Array.Copy(_keys, place + 1, _keys, place, Count - place);
        Renumber(place);
        return place;
    }

    private void Renumber(int from)
    {
        for (int i = from; i < Count; i++) _places[_rows[i]] = i;
    }

    private void Reserve(int row)
    {
        if (row >= _places.Length) Array.Resize(ref _places, (int)BitOperations.RoundUpToPowerOf2((uint)row + 1));
        if (Count < _rows.Length) return;
        int capacity = Math.Max(16, Count * 2);
        Array.Resize(ref _rows, capacity);
        Array.Resize(ref _keys, capacity);
    }
}
