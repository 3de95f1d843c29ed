namespace ActorBalancer.Simulator.Tests.Gates;

/// <summary>
/// Whether a worker's share swings to and fro by itself. Shares that only wander have an autocorrelation that dies away; a cycle makes it negative
/// at half a period and positive again after a whole one.
/// </summary>
/// <param name="Low">The lowest autocorrelation.</param>
/// <param name="High">The highest after it first was below 0; 0 where it never was.</param>
/// <param name="Spread">The standard deviation of the share over its mean.</param>
internal readonly record struct Swing(double Low, double High, double Spread)
{
    private const int Lags = 60;

    public static Swing Of(double[] shares)
    {
        double mean = shares.Average();
        double variance = shares.Average(share => (share - mean) * (share - mean));
        double low = 1, high = 0;
        for (int lag = 1; lag <= Lags; lag++)
        {
            double sum = 0;
            for (int i = 0; i + lag < shares.Length; i++) sum += (shares[i] - mean) * (shares[i + lag] - mean);
            double correlation = sum / shares.Length / variance;
            if (low < 0) high = Math.Max(high, correlation);
            low = Math.Min(low, correlation);
        }
        return new Swing(low, high, Math.Sqrt(variance) / mean);
    }
}
