using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorBalancer.Strategies;

/// <summary>
/// The open rows of <see cref="LeastConnectionsStrategy"/> where they share a few weights: up to sixteen classes of one
/// weight each, in ascending order of it. Loads of two classes can be equal only with fewer in flight in the one of smaller
/// weight, which the strategy prefers, so the first class of the smallest load holds all rows that are tied.
/// </summary>
internal sealed class WeightClasses
{
    private const int Most = 16;

    private readonly RowSets _sets = new();
    private readonly WeightClass?[] _classes = new WeightClass?[Most];
    private readonly long[] _loads = new long[Most];
    private Seat[] _seats = new Seat[16];
    private int _count;
    private WeightClass? _least;
    private long _leastLoad = long.MaxValue;
    private int _leastPlace = Most;

    public WeightClasses() => Array.Fill(_loads, long.MaxValue);

    /// <summary>One of the rows of the smallest load and, among those, with the fewest in flight, each equally likely.</summary>
    public int Draw(ref Dice dice)
    {
        ref readonly var tied = ref _least!.Least;
        // A single row costs a throw too: to ask first would be a branch that nobody can foretell.
        return _sets.Row(tied, (int)dice.Below((ulong)tied.Count));
    }

    /// <summary>
    /// Puts the row in, moves it, or with weight 0 takes it out. False when it does not fit: it would be the seventeenth
    /// weight, or has <see cref="WeightClass.InFlightLimit"/> in flight; then all must be cleared.
    /// </summary>
    public bool Set(int row, int weight, int inFlight)
    {
        if (row >= _seats.Length)
        {
            if (weight == 0) return true;
            Array.Resize(ref _seats, (int)BitOperations.RoundUpToPowerOf2((uint)row + 1));
            _sets.Reserve(_seats.Length);
        }

        ref var seat = ref _seats[row];
        if (seat.Class is { } old)
        {
            seat.Class = null;
            old.Remove(row, seat.InFlight);
            SetLoad(old);
        }

        if (weight == 0) return true;
        if (inFlight >= WeightClass.InFlightLimit || ClassOf(weight) is not { } mine) return false;
        seat = new Seat(mine, inFlight);
        mine.Add(row, inFlight);
        SetLoad(mine);
        return true;
    }

    /// <summary>The number in flight of a row changed that may be here or not. False when it is and does not fit.</summary>
    public bool Move(int row, int inFlight)
    {
        if (row >= _seats.Length) return true;
        ref var seat = ref _seats[row];
        if (seat.Class is not { } mine) return true;
        if (inFlight >= WeightClass.InFlightLimit) return false;
        int from = seat.InFlight;
        seat.InFlight = inFlight;
        mine.Move(row, from, inFlight);
        SetLoad(mine);
        return true;
    }

    /// <summary>Takes every row out.</summary>
    public void Clear()
    {
        Array.Clear(_seats);
        Array.Fill(_loads, long.MaxValue);
        foreach (var each in _classes)
        {
            each?.Reset(0);
            each?.Forget();
        }

        _sets.Clear();
        _count = 0;
        (_leastLoad, _leastPlace) = (long.MaxValue, Most);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetLoad(WeightClass changed)
    {
        int place = changed.Place;
        long load = changed.Load;
        _loads[place] = load;
        if (load == _leastLoad && place >= _leastPlace) return;
        if (load <= _leastLoad) (_leastLoad, _leastPlace, _least) = (load, place, changed);
        else if (place == _leastPlace) FindLeast(place, load);
    }

    private void FindLeast(int place, long load)
    {
        _leastPlace = BitOperations.TrailingZeroCount(SmallestOf16.FindWith(ref _loads[0], place, load, out _leastLoad));
        _least = _classes[_leastPlace];
    }

    /// <summary>The class of the weight, in its place; null when there are sixteen others with rows.</summary>
    private WeightClass? ClassOf(int weight)
    {
        int place = 0;
        for (; place < _count && _classes[place]!.Weight <= weight; place++)
            if (_classes[place]!.Weight == weight) return _classes[place];
        // A class that lost its rows keeps its place, as they may be back at once, until the place is needed.
        int from = _count;
        if (_count < Most) _count++;
        else if ((from = Array.FindIndex(_classes, c => c!.Count == 0)) < 0) return null;
        if (from < place) place--;
        var reused = _classes[from] ?? new WeightClass(_sets);
        for (; from < place; from++) Put(_classes[from + 1]!, from);
        for (; from > place; from--) Put(_classes[from - 1]!, from);
        reused.Reset(weight);
        Put(reused, place);
        FindLeast(place, long.MaxValue);
        return reused;
    }

    private void Put(WeightClass moved, int place)
    {
        _classes[place] = moved;
        _loads[place] = moved.Load;
        moved.Place = place;
    }

    /// <summary>Where an open row is, and under which number in flight.</summary>
    private record struct Seat(WeightClass? Class, int InFlight);
}
