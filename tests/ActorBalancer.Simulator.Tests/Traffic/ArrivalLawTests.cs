using ActorBalancer.Simulator.Formulas;
using ActorBalancer.Simulator.Tests.Theory;
using ActorBalancer.Simulator.Traffic;

namespace ActorBalancer.Simulator.Tests.Traffic;

public sealed class ArrivalLawTests
{
    [Theory]
    [InlineData("poisson")]
    [InlineData("bursty:1")]
    [InlineData("bursty:4")]
    public void Arrivals_have_the_rate_that_is_asked_for(string text)
    {
        ArrivalClock clock = SpecText.Arrivals(text, Trace.Read).Begin(2.5, 9);
        double last = 0;
        for (int i = 0; i < 500_000; i++) last = clock.Next();
        Assert.Equal(500_000 / 2.5, last, 0.05 * last);
    }

    /// <summary>
    /// A Poisson stream switched on and off has independent gaps, so one exponential server has the root of GI/M/1; the transform of its gaps
    /// is that of a switched stream (A. Kuczura, 1973).
    /// </summary>
    [Fact]
    public void Bursts_make_a_single_server_wait_as_theory_says()
    {
        const double load = 0.5;
        const double factor = 3;
        const double endOfBurst = 1 / BurstyArrivals.MeanBurst;
        const double endOfSilence = 1 / (BurstyArrivals.MeanBurst * (factor - 1));
        const double rate = load * factor;
        double Gaps(double s) => rate * (s + endOfSilence) / ((s * s) + ((rate + endOfBurst + endOfSilence) * s) + (rate * endOfSilence));
        double root = 0;
        for (int i = 0; i < 100_000; i++) root = Gaps(1 - root);
        Estimate found = Simulation.Run(TheoryRow.Play("1x1", load, "random", 400_000) with { Arrivals = new BurstyArrivals(factor) })[0].Response.Mean;
        Assert.True(found.HalfWidth <= 0.02 * found.Mean);
        Assert.Equal(1 / (1 - root), found.Mean, 3 * found.HalfWidth!.Value);
        Assert.True(found.Mean > 2 * SingleServer.MeanResponseOfEveryNth(1, load));
    }

    [Theory]
    [InlineData("")]
    [InlineData("poisson:2")]
    [InlineData("bursty")]
    [InlineData("bursty:0.9")]
    [InlineData("batch:0")]
    [InlineData("batch:2.5")]
    [InlineData("trace")]
    public void Law_that_there_is_not_is_refused(string text) =>
        Assert.Throws<SimulationException>(() => SpecText.Arrivals(text, Trace.Read));
}
