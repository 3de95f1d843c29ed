using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary>
/// <c>pareto:ALPHA:RATIO</c>: a Pareto law cut off above, so heavy-tailed with all moments (Crovella, Harchol-Balter, Murta, "Task assignment
/// in a distributed system", 1998). RATIO is the largest job over the smallest.
/// </summary>
internal sealed class ParetoService : ServiceLaw
{
    private readonly double _alpha;
    private readonly double _ratio;
    private readonly double _smallest;
    private readonly double _inside;

    public ParetoService(double alpha, double ratio)
    {
        _alpha = alpha;
        _ratio = ratio;
        _inside = 1 - Math.Pow(ratio, -alpha);
        _smallest = 1 / RawMoment(1);
    }

    public override double SquaredVariation => (_smallest * _smallest * RawMoment(2)) - 1;

    public override double InverseMean => RawMoment(-1) / _smallest;

    public override double Draw(ref Dice dice) => Quantile(1 - Draws.Uniform(ref dice));

    public override double Quantile(double share) => _smallest * Math.Pow(1 - (share * _inside), -1 / _alpha);

    /// <summary>The mean of X^n where the smallest job is 1.</summary>
    private double RawMoment(int n) =>
        Math.Abs(n - _alpha) < 1e-9
            ? _alpha * Math.Log(_ratio) / _inside
            : _alpha / (n - _alpha) * (Math.Pow(_ratio, n - _alpha) - 1) / _inside;
}
