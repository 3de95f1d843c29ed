namespace ActorBalancer.Strategies;

/// <summary>
/// Weighted rendezvous hashing: for a key, each worker draws -ln(1 - h)/w with h its own hash of the key, and the
/// smallest wins, so each wins with the probability of its weight, and when one goes only its keys move (Thaler,
/// Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 6(1), 1998; weights: Schindelhauer, Schomaker,
/// "Weighted distributed hash tables", SPAA 2005).
/// </summary>
/// <remarks>
/// Draws are compared by cross-multiplication of whole numbers. Between equal weights the hashes
/// themselves decide; otherwise the logarithm is taken only of a hash that is small enough, since -ln(1 - h) >= h.
/// </remarks>
internal struct Rendezvous(HashMember member, ulong hash)
{
    private readonly HashMember _member = member;
    private readonly ulong _hash = hash;
    private ulong _log;
    private bool _hasLog;

    /// <summary>The draw that every other beats; its row is -1.</summary>
    public static Rendezvous None => new(new HashMember(-1, 0, 0), 0);

    /// <summary>The row of the worker that drew, -1 for none.</summary>
    public readonly int Row => _member.Row;

    public static ulong HashOf(ulong key, ulong id) => Mixer.Mix(key ^ id);

    /// <summary>Whether another worker's hash makes a smaller draw. Equal draws go by the smaller id, then by the lower row.</summary>
    public bool IsBeatenBy(HashMember other, ulong hash)
    {
        if (other.Weight == _member.Weight) return hash < _hash || (hash == _hash && IsBehind(other));
        if (_member.Row < 0) return true;
        TakeLog();
        ulong limitHigh = Math.BigMul(_log, (ulong)other.Weight, out ulong limitLow);
        if (Compare(hash >> (64 - IntegerLog.FractionBits), limitHigh, limitLow) > 0) return false;
        int order = Compare(IntegerLog.NegLogOneMinus(hash), limitHigh, limitLow);
        return order < 0 || (order == 0 && IsBehind(other));
    }

    public bool IsBeatenBy(in Rendezvous other) => IsBeatenBy(other._member, other._hash);

    /// <summary>
    /// No hash above this times its worker's weight beats this draw; a hash below may or may not. A quick first look, a little
    /// too generous, so its rounding decides nothing.
    /// </summary>
    public double HopelessAbove()
    {
        TakeLog();
        return (_log + 1.0) / _member.Weight * ((1L << (64 - IntegerLog.FractionBits)) * (1 + 1e-9));
    }

    private void TakeLog()
    {
        if (_hasLog) return;
        _log = IntegerLog.NegLogOneMinus(_hash);
        _hasLog = true;
    }

    private readonly bool IsBehind(HashMember other) =>
        _member.Id > other.Id || (_member.Id == other.Id && _member.Row > other.Row);

    private readonly int Compare(ulong log, ulong limitHigh, ulong limitLow)
    {
        ulong high = Math.BigMul(log, (ulong)_member.Weight, out ulong low);
        return high != limitHigh ? high.CompareTo(limitHigh) : low.CompareTo(limitLow);
    }
}
