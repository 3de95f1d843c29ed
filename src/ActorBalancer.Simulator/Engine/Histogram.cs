namespace ActorBalancer.Simulator.Engine;

/// <summary>
/// How often which time was seen: 1,024 buckets for every doubling, so a time is known to 0.1%; and exactly where all times of a bucket
/// are equal. The sum of several is the same in any order.
/// </summary>
internal sealed class Histogram
{
    private const int Digits = 10;
    private const int Shift = 52 - Digits;

    /// <summary>From 2^-30 to 2^34; what is smaller or larger counts into the first or last bucket.</summary>
    private const long Lowest = (1023L - 30) << Digits;
    private const int Buckets = 64 << Digits;

    private readonly Bucket[] _buckets = new Bucket[Buckets];
    private long _zeros;
    private int _first = Buckets;
    private int _last = -1;

    public long Count { get; private set; }

    public void Add(double time)
    {
        Count++;
        if (time <= 0)
        {
            _zeros++;
            return;
        }
        int index = (int)Math.Clamp((BitConverter.DoubleToInt64Bits(time) >> Shift) - Lowest, 0, Buckets - 1);
        if (index < _first) _first = index;
        if (index > _last) _last = index;
        ref Bucket bucket = ref _buckets[index];
        if (bucket.Count++ == 0) bucket.Value = time;
        else if (bucket.Value != time) bucket.Value = double.NaN;
    }

    public void Add(Histogram other)
    {
        Count += other.Count;
        _zeros += other._zeros;
        _first = Math.Min(_first, other._first);
        _last = Math.Max(_last, other._last);
        for (int i = other._first; i <= other._last; i++)
        {
            ref readonly Bucket added = ref other._buckets[i];
            if (added.Count == 0) continue;
            ref Bucket bucket = ref _buckets[i];
            if (bucket.Count == 0) bucket.Value = added.Value;
            else if (bucket.Value != added.Value) bucket.Value = double.NaN;
            bucket.Count += added.Count;
        }
    }

    /// <summary>The smallest time that this share of all did not exceed; NaN where nothing was counted.</summary>
    public double Quantile(double share)
    {
        if (Count == 0) return double.NaN;
        long rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        if (rank <= _zeros) return 0;
        rank -= _zeros;
        for (int i = _first; i <= _last; i++)
        {
            ref readonly Bucket bucket = ref _buckets[i];
            if (rank <= bucket.Count) return bucket.At(i, rank);
            rank -= bucket.Count;
        }
        throw new InvalidOperationException("the buckets hold fewer times than were counted");
    }

    /// <summary>How many were above the time, as a share of all.</summary>
    public double ShareAbove(double time)
    {
        if (Count == 0) return 0;
        long above = 0;
        int from = (int)Math.Clamp((BitConverter.DoubleToInt64Bits(Math.Max(time, 0)) >> Shift) - Lowest, -1, Buckets);
        for (int i = Math.Max(from + 1, _first); i <= _last; i++) above += _buckets[i].Count;
        return (double)above / Count;
    }

    private struct Bucket
    {
        public long Count;

        /// <summary>The one time that was seen; NaN where there were several.</summary>
        public double Value;

        /// <summary>The time of the given rank, where several lie as if spread evenly.</summary>
        public readonly double At(int index, long rank)
        {
            if (!double.IsNaN(Value)) return Value;
            double low = BitConverter.Int64BitsToDouble((index + Lowest) << Shift);
            double high = BitConverter.Int64BitsToDouble((index + Lowest + 1) << Shift);
            return low + ((high - low) * (rank - 0.5) / Count);
        }
    }
}
