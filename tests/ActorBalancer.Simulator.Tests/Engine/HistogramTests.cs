using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Engine;

public sealed class HistogramTests
{
    private static readonly double[] Shares = [0.01, 0.1, 0.5, 0.95, 0.99, 0.999, 1];

    [Fact]
    public void Quantiles_are_those_of_the_sorted_times_to_a_thousandth()
    {
        Dice dice = new(3);
        double[] times = [.. Enumerable.Range(0, 100_000).Select(_ => Math.Exp(5 * Draws.Normal(ref dice)))];
        Histogram histogram = Of(times);
        Array.Sort(times);
        foreach (double share in Shares)
        {
            double exact = times[(int)Math.Ceiling(share * times.Length) - 1];
            Assert.InRange(histogram.Quantile(share), exact * 0.999, exact * 1.001);
        }
    }

    [Fact]
    public void Quantiles_of_few_different_times_are_exact()
    {
        Histogram histogram = Of([0, 0, 0.1, 0.3, 0.3, 7.7, 7.7, 7.7, 1e9, 1e9]);
        Assert.Equal([0, 0, 0.3, 7.7, 1e9], new[] { 0.1, 0.2, 0.5, 0.8, 1 }.Select(histogram.Quantile));
        Assert.Equal(0.5, histogram.ShareAbove(1));
        Assert.True(double.IsNaN(new Histogram().Quantile(0.5)));
    }

    [Fact]
    public void Sum_of_parts_is_the_whole_in_any_order()
    {
        Dice dice = new(4);
        double[][] parts = [.. Enumerable.Range(0, 5).Select(_ => Enumerable.Range(0, 1_000).Select(_ => Math.Round(Draws.Exponential(ref dice), 2)).ToArray())];
        Histogram forward = new();
        Histogram backward = new();
        foreach (double[] part in parts) forward.Add(Of(part));
        foreach (double[] part in parts.Reverse()) backward.Add(Of(part));
        Histogram whole = Of([.. parts.SelectMany(p => p)]);
        Assert.Equal(Shares.Select(whole.Quantile), Shares.Select(forward.Quantile));
        Assert.Equal(Shares.Select(whole.Quantile), Shares.Select(backward.Quantile));
    }

    private static Histogram Of(IEnumerable<double> times)
    {
        Histogram histogram = new();
        foreach (double time in times) histogram.Add(time);
        return histogram;
    }
}
