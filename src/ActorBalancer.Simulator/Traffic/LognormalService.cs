using ActorBalancer.Simulator.Formulas;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary><c>lognormal:CV</c>: its logarithm is normal. CV is the coefficient of variation, the deviation over the mean.</summary>
internal sealed class LognormalService : ServiceLaw
{
    private readonly double _deviation;
    private readonly double _location;

    public LognormalService(double variation)
    {
        SquaredVariation = variation * variation;
        double variance = double.LogP1(SquaredVariation);
        _deviation = Math.Sqrt(variance);
        _location = -variance / 2;
    }

    public override double SquaredVariation { get; }

    public override double InverseMean => 1 + SquaredVariation;

    public override double Draw(ref Dice dice) => Math.Exp(_location + (_deviation * Draws.Normal(ref dice)));

    public override double Quantile(double share) => Math.Exp(_location + (_deviation * Normal.Quantile(share)));
}
