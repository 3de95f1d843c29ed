namespace ActorBalancer.Simulator.Formulas;

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    /// <summary>The value that this share does not exceed.</summary>
    public static double Quantile(double share) =>
        share == 0.5 ? 0 : share < 0.5 ? -Quantile(1 - share) : Root.Falling(x => Tail(x) - (1 - share), 0, 1);

    /// <summary>
    /// The share above x, at least 0: the series of the centre up to 3, the continued fraction beyond (Abramowitz, Stegun 26.2.11 and 26.2.14).
    /// </summary>
    internal static double Tail(double x)
    {
        double density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (x < 3)
        {
            double term = x;
            double sum = x;
            for (int k = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); k += 2)
            {
                term *= x * x / k;
                sum += term;
            }
            return 0.5 - (density * sum);
        }
        double fraction = x;
        for (int k = 100; k > 0; k--) fraction = x + (k / fraction);
        return density / fraction;
    }
}
