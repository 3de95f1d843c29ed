using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorBalancer.Strategies;

/// <summary>
/// Rows of one weight, by their number in flight: a bucket queue. Among equal weights the least loaded are those with the
/// fewest in flight, and one job more or less is a step to the next set, so all costs O(1).
/// </summary>
internal sealed class WeightClass(RowSets sets)
{
    /// <summary>A row must have fewer in flight than this.</summary>
    public const int InFlightLimit = 4096;

    private readonly ulong[] _filled = new ulong[InFlightLimit / 64];
    private RowSet[] _byInFlight = new RowSet[16];
    private long[] _loads = new long[16];
    private int _known;

    /// <summary>The weight that the rows share.</summary>
    public int Weight { get; private set; }

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>Where the class stands among the others.</summary>
    public int Place { get; set; }

    /// <summary>The fewest in flight of any row; meaningless without rows.</summary>
    public int Fewest { get; private set; }

    /// <summary>
    /// (Fewest in flight + 1)/weight as the bits of the double nearest to it, <see cref="long.MaxValue"/> without rows.
    /// </summary>
    public long Load => Count == 0 ? long.MaxValue : _loads[Fewest];

    /// <summary>The rows with the fewest in flight.</summary>
    public ref readonly RowSet Least => ref _byInFlight[Fewest];

    /// <summary>Starts anew, empty, for another weight. The sets must be empty or forgotten.</summary>
    public void Reset(int weight)
    {
        Weight = weight;
        Count = 0;
        _known = 0;
        Array.Clear(_filled);
    }

    /// <summary>Forgets the sets, as their owner does.</summary>
    public void Forget() => Array.Clear(_byInFlight);

    public void Add(int row, int inFlight)
    {
        if (Count++ == 0 || inFlight < Fewest) Fewest = inFlight;
        Enter(row, inFlight);
    }

    public void Remove(int row, int inFlight)
    {
        Count--;
        int emptied = Quit(row, inFlight);
        if (emptied != 0 && inFlight == Fewest && Count > 0) Fewest = FilledAbove(inFlight);
    }

    /// <summary>
    /// The row's number in flight changes. Whether a set is emptied and whether the fewest change is as good as random, so
    /// for the usual step of one it is worked out without asking.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Move(int row, int from, int to)
    {
        int emptied = Quit(row, from);
        Enter(row, to);
        int fewest = Fewest;
        int lowest = fewest + (emptied & (from == fewest ? 1 : 0));
        if (to > from + 1 && lowest > fewest) lowest = FilledAbove(from);
        Fewest = Math.Min(lowest, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enter(int row, int inFlight)
    {
        if (inFlight >= _known) Reserve(inFlight + 1);
        sets.Add(ref _byInFlight[inFlight], row);
        _filled[inFlight >> 6] |= 1UL << inFlight;
    }

    /// <summary>1 when the row was the last with so many in flight, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Quit(int row, int inFlight)
    {
        ref var set = ref _byInFlight[inFlight];
        sets.Remove(ref set, row);
        int emptied = (set.Count - 1) >>> 31;
        _filled[inFlight >> 6] &= ~((ulong)(uint)emptied << inFlight);
        return emptied;
    }

    /// <summary>Works out the loads up to a number in flight ahead: a division would hold up the next pick.</summary>
    private void Reserve(int inFlights)
    {
        inFlights = (int)BitOperations.RoundUpToPowerOf2((uint)inFlights);
        if (inFlights > _loads.Length)
        {
            Array.Resize(ref _byInFlight, inFlights);
            Array.Resize(ref _loads, inFlights);
        }

        for (; _known < inFlights; _known++) _loads[_known] = BitConverter.DoubleToInt64Bits((_known + 1.0) / Weight);
    }

    private int FilledAbove(int inFlight)
    {
        int word = inFlight >> 6;
        ulong bits = _filled[word] & (ulong.MaxValue << inFlight);
        while (bits == 0) bits = _filled[++word];
        return (word * 64) + BitOperations.TrailingZeroCount(bits);
    }
}
