using ActorBalancer.Simulator.Formulas;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Traffic;

/// <summary><c>exp</c> and <c>erlang:K</c>: the sum of K exponential stages of equal length.</summary>
internal sealed class ErlangService(int stages) : ServiceLaw
{
    public const int MostStages = 1_000;

    public int Stages => stages;

    public override double SquaredVariation => 1.0 / stages;

    public override double InverseMean => stages == 1 ? double.PositiveInfinity : stages / (stages - 1.0);

    public override double Draw(ref Dice dice)
    {
        double sum = Draws.Exponential(ref dice);
        for (int stage = 1; stage < stages; stage++) sum += Draws.Exponential(ref dice);
        return sum / stages;
    }

    public override double Quantile(double share) => Root.Falling(x => Tail(stages * x) - (1 - share), 0, 1);

    /// <summary>The sum of the Poisson probabilities of fewer events than stages; in logarithms, since factors leave the range of a double.</summary>
    private double Tail(double x)
    {
        if (x <= 0) return 1;
        double log = -x;
        double tail = Math.Exp(log);
        for (int k = 1; k < stages; k++)
        {
            log += Math.Log(x / k);
            tail += Math.Exp(log);
        }
        return tail;
    }
}
