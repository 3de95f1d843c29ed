using System.Numerics;

namespace ActorBalancer.Strategies;

/// <summary>
/// -ln(1 - x) for x = n/2^64, in whole multiples of 2^-58: integers only, so every machine gets the same bits, which no
/// library's floating-point logarithm promises. Table look-up and a short series; the error is below 2^-52.
/// </summary>
internal static class IntegerLog
{
    /// <summary>How many bits stand behind the point.</summary>
    public const int FractionBits = 58;

    /// <summary>ln((256 + i)/256), i from 0 to 256.</summary>
    private static readonly ulong[] Logs = [.. Enumerable.Range(0, 257).Select(LogOfStep)];

    public static ulong NegLogOneMinus(ulong x)
    {
        if (x == 0) return 0;
        ulong rest = 0 - x;
        int zeros = BitOperations.LeadingZeroCount(rest);
        ulong mantissa = rest << zeros;
        int step = (int)(mantissa >> 55) & 0xFF;
        ulong beyond = ((mantissa & ((1UL << 55) - 1)) << 3) / (ulong)(256 + step);
        ulong log = ((ulong)(zeros + 1) * Logs[256]) - Logs[step] - LogOnePlus(beyond);
        return Math.Max(log, x >> (64 - FractionBits));
    }

    /// <summary>ln(1 + r) for r below 1/256, by its series up to r^6.</summary>
    private static ulong LogOnePlus(ulong r)
    {
        const ulong one = 1UL << FractionBits;
        ulong sum = (one / 5) - Times(r, one / 6);
        sum = (one / 4) - Times(r, sum);
        sum = (one / 3) - Times(r, sum);
        sum = (one / 2) - Times(r, sum);
        return r - Times(r, Times(r, sum));
    }

    private static ulong Times(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return (high << (64 - FractionBits)) | (low >> FractionBits);
    }

    /// <summary>2 atanh(i/(512 + i)), the series for the logarithm of a fraction, with 96 bits behind the point.</summary>
    private static ulong LogOfStep(int i)
    {
        UInt128 numerator = (UInt128)i;
        UInt128 denominator = (UInt128)(512 + i);
        UInt128 power = (numerator << 96) / denominator;
        UInt128 sum = UInt128.Zero;
        for (int odd = 1; power != UInt128.Zero; odd += 2)
        {
            sum += power / (UInt128)odd;
            power = power * numerator / denominator * numerator / denominator;
        }

        return (ulong)((sum + (UInt128.One << (96 - FractionBits - 2))) >> (96 - FractionBits - 1));
    }
}
