using ActorBalancer.Strategies;

namespace ActorBalancer.Core.Tests.Strategies;

/// <summary>Fleets for the strategies' tests: row i is the worker named <c>worker-i</c>, with one slot, eligible.</summary>
internal static class Fleet
{
    public static ulong IdOf(int worker) => SourceHash.Of($"worker-{worker}");

    /// <summary>A fleet of whole weights, each a thousand thousandths.</summary>
    public static Candidates Of(params int[] weights) => OfThousandths([.. weights.Select(w => w * 1000)]);

    public static Candidates OfThousandths(params int[] weights)
    {
        var fleet = new Candidates();
        for (int row = 0; row < weights.Length; row++) fleet.Join(row, IdOf(row), 1, weights[row], true);
        return fleet;
    }

    public static Candidates Equal(int workers) => Of([.. Enumerable.Repeat(1, workers)]);

    public static Candidates With(this Candidates fleet, string strategy, ulong seed = 1, StrategyOptions? options = null)
    {
        StrategyCatalog.Create(strategy, fleet, options ?? StrategyOptions.Default, seed);
        return fleet;
    }

    /// <summary>The next job's worker, the job being counted in flight there.</summary>
    public static int Place(this Candidates fleet, ulong source = 0)
    {
        int row = fleet.Pick(source);
        if (row >= 0) fleet.Started(row);
        return row;
    }

    public static int[] Picks(this Candidates fleet, int count, ulong source = 0) =>
        [.. Enumerable.Range(0, count).Select(_ => fleet.Pick(source))];

    /// <summary>How many of the picks fell on each row.</summary>
    public static int[] Shares(this IEnumerable<int> picks, int workers)
    {
        int[] shares = new int[workers];
        foreach (int row in picks) shares[row]++;
        return shares;
    }

    /// <summary>
    /// Pearson's statistic of the shares against those expected, as standard deviations above its mean: above 5 is a chance of
    /// about one in a million, and with a fixed seed it never changes.
    /// </summary>
    public static double ChiSquareDeviations(int[] shares, double[] expected)
    {
        double chi = shares.Zip(expected, (o, e) => (o - e) * (o - e) / e).Sum();
        double degrees = shares.Length - 1;
        return (chi - degrees) / Math.Sqrt(2 * degrees);
    }
}
