namespace ActorBalancer.Strategies;

/// <summary>
/// A bijection of 64-bit numbers that scatters every bit over all others: the finaliser of SplitMix64
/// (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, variant 13 of D. Stafford).
/// </summary>
internal static class Mixer
{
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
