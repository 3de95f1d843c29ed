using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary>Numbers of other distributions from the dice.</summary>
internal static class Draws
{
    /// <summary>Uniform above 0 and up to 1, so that its logarithm is finite.</summary>
    public static double Uniform(ref Dice dice) => ((dice.Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>Exponential with mean 1.</summary>
    public static double Exponential(ref Dice dice) => -Math.Log(Uniform(ref dice));

    /// <summary>Standard normal (Box, Muller, "A note on the generation of random normal deviates", 1958).</summary>
    public static double Normal(ref Dice dice) => Math.Sqrt(2 * Exponential(ref dice)) * Math.Cos(2 * Math.PI * Uniform(ref dice));
}
