using System.Numerics;

namespace ActorBalancer.Strategies;

/// <summary>
/// Seeded dice with the same sequence on every machine: xoshiro256** (Blackman, Vigna, "Scrambled linear pseudorandom number
/// generators", ACM TOMS 47(4), 2021), its state filled by SplitMix64 as its authors advise. A mutable struct: keep
/// it in a field that is not readonly.
/// </summary>
internal struct Dice
{
    private ulong _a, _b, _c, _d;

    public Dice(ulong seed)
    {
        const ulong golden = 0x9E3779B97F4A7C15;
        _a = Mixer.Mix(seed += golden);
        _b = Mixer.Mix(seed += golden);
        _c = Mixer.Mix(seed += golden);
        _d = Mixer.Mix(seed + golden);
    }

    /// <summary>Dice in a given state, for the published test vectors.</summary>
    public static Dice FromState(ulong a, ulong b, ulong c, ulong d) => new() { _a = a, _b = b, _c = c, _d = d };

    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>
    /// A number below <paramref name="bound"/> (above 0), each equally likely: multiply and reject (Lemire, "Fast random
    /// integer generation in an interval", ACM TOMACS 29(1), 2019).
    /// </summary>
    public ulong Below(ulong bound)
    {
        ulong high = Math.BigMul(Next(), bound, out ulong low);
        if (low < bound)
        {
            ulong unfair = (0 - bound) % bound;
            while (low < unfair) high = Math.BigMul(Next(), bound, out low);
        }

        return high;
    }
}
