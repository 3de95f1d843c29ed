namespace ActorBalancer.Simulator.Formulas;

/// <summary>One server with a queue, first come first served. Times are in mean service times.</summary>
internal static class SingleServer
{
    /// <summary>
    /// The mean wait with Poisson arrivals and any service time (F. Pollaczek, 1930; A. Khinchine, 1932).
    /// </summary>
    /// <param name="load">Below 1.</param>
    /// <param name="squaredVariation">The variance of the service time over the square of its mean: 0 constant, 1 exponential.</param>
    public static double MeanWait(double load, double squaredVariation) => load * (1 + squaredVariation) / (2 * (1 - load));

    /// <summary>
    /// With exponential service times and one arrival for every n of a Poisson stream (round robin over n servers): the response
    /// time is exponential with this mean. The root sigma of sigma = A*(1 - sigma) is the probability to wait (D. G. Kendall, 1953).
    /// </summary>
    public static double MeanResponseOfEveryNth(int n, double load) => 1 / (1 - WaitProbabilityOfEveryNth(n, load));

    /// <summary>The share of jobs that wait; see <see cref="MeanResponseOfEveryNth"/>.</summary>
    public static double WaitProbabilityOfEveryNth(int n, double load)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(load, 1);
        if (load <= 0) return 0;
        // 1 is a root of its own: what is searched for is the other one, below the point where the function is steepest.
        double rate = n * load;
        return Root.Between(s => Math.Exp(-n * double.LogP1((1 - s) / rate)) - s, 0, Lowest(n, load));
    }

    /// <summary>The derivative of A*(1 - s) - s is zero here: the function is convex, so its lower root lies below and 1 above.</summary>
    private static double Lowest(int n, double load)
    {
        double rate = n * load;
        double ratio = Math.Exp(Math.Log(rate / n) / (n + 1));
        return 1 - (rate * ((1 / ratio) - 1));
    }
}
