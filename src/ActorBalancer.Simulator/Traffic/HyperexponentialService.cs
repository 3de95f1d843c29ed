using ActorBalancer.Simulator.Formulas;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary>
/// <c>h2:C2</c>: one of two exponential times, many short and few long, with balanced means: both kinds bring half of the work.
/// C2 is the squared coefficient of variation, at least 1.
/// </summary>
internal sealed class HyperexponentialService : ServiceLaw
{
    private readonly double _shorts;

    public HyperexponentialService(double squaredVariation)
    {
        SquaredVariation = squaredVariation;
        _shorts = (1 + Math.Sqrt((squaredVariation - 1) / (squaredVariation + 1))) / 2;
    }

    public override double SquaredVariation { get; }

    public override double InverseMean => double.PositiveInfinity;

    public override double Draw(ref Dice dice)
    {
        double share = Draws.Uniform(ref dice) <= _shorts ? _shorts : 1 - _shorts;
        return Draws.Exponential(ref dice) / (2 * share);
    }

    public override double Quantile(double share) =>
        Root.Falling(x => (_shorts * Math.Exp(-2 * _shorts * x)) + ((1 - _shorts) * Math.Exp(-2 * (1 - _shorts) * x)) - (1 - share), 0, 1);
}
