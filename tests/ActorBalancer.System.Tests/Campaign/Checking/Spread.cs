namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>Of some durations in milliseconds; all 0 where there were none.</summary>
internal sealed record Spread(double P50, double P95, double Max)
{
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
            return new Spread(0, 0, 0);
        double[] sorted = [.. values.Order()];
        return new Spread(At(sorted, 0.5), At(sorted, 0.95), sorted[^1]);
    }

    // The smallest value that at least that share of them does not exceed.
    private static double At(double[] sorted, double share) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)], 1);
}
