using ActorBalancer.Simulator.Formulas;

namespace ActorBalancer.Simulator;

/// <summary>A mean over independent runs.</summary>
/// <param name="Mean">Of all runs.</param>
/// <param name="HalfWidth">Of the 95% interval around it; null: a single run does not tell.</param>
internal readonly record struct Estimate(double Mean, double? HalfWidth)
{
    public static Estimate Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        if (all.Length < 2) return new Estimate(mean, null);
        double variance = all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1);
        return new Estimate(mean, StudentT.HalfWidthFactor(all.Length - 1) * Math.Sqrt(variance / all.Length));
    }
}
