using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary><c>det</c>: every job takes 1.</summary>
internal sealed class ConstantService : ServiceLaw
{
    public override double SquaredVariation => 0;

    public override double InverseMean => 1;

    public override double Draw(ref Dice dice) => 1;

    public override double Quantile(double share) => 1;
}
