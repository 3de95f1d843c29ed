namespace ActorBalancer.Simulator.Formulas;

/// <summary>The distribution of a mean over its estimated error (W. S. Gosset, "The probable error of a mean", 1908).</summary>
internal static class StudentT
{
    /// <summary>Half of a 95% interval, in standard errors.</summary>
    public static double HalfWidthFactor(int degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degreesOfFreedom, 1);
        return Root.Falling(t => 0.95 - Inside(t, degreesOfFreedom), 0, 2);
    }

    /// <summary>The probability to lie within -t and t: finite sums for whole degrees of freedom (Abramowitz, Stegun 26.7.3, 26.7.4).</summary>
    internal static double Inside(double t, int degreesOfFreedom)
    {
        double angle = Math.Atan2(t, Math.Sqrt(degreesOfFreedom));
        double cosine = Math.Cos(angle);
        bool odd = (degreesOfFreedom & 1) == 1;
        double term = odd ? cosine : 1;
        double sum = degreesOfFreedom == 1 ? 0 : term;
        for (int k = odd ? 3 : 2; k < degreesOfFreedom; k += 2)
        {
            term *= (k - 1.0) / k * cosine * cosine;
            sum += term;
        }
        return odd ? 2 / Math.PI * (angle + (Math.Sin(angle) * sum)) : Math.Sin(angle) * sum;
    }
}
