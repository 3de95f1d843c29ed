using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary>How long jobs run at speed 1: a distribution with mean 1, which is the unit of all times.</summary>
internal abstract class ServiceLaw
{
    /// <summary>The variance.</summary>
    public abstract double SquaredVariation { get; }

    /// <summary>The mean of 1/X. Where it is infinite, so is the mean slowdown of jobs that wait.</summary>
    public abstract double InverseMean { get; }

    public abstract double Draw(ref Dice dice);

    /// <summary>The time that this share of jobs does not exceed.</summary>
    public abstract double Quantile(double share);
}
