using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Traffic;

/// <summary>Every law has mean 1, the moments that it claims, and quantiles that fit its draws.</summary>
public sealed class ServiceLawTests
{
    [Theory]
    [InlineData("exp", 1.0)]
    [InlineData("det", 0.0)]
    [InlineData("erlang:4", 0.25)]
    [InlineData("h2:4", 4.0)]
    [InlineData("lognormal:2", 4.0)]
    [InlineData("pareto:2.5:100", null)]
    [InlineData("pareto:1:100", null)]
    public void Draws_have_the_moments_and_quantiles_of_the_law(string text, double? squaredVariation)
    {
        ServiceLaw law = SpecText.Service(text, Trace.Read);
        if (squaredVariation is { } known) Assert.Equal(known, law.SquaredVariation, 12);
        Dice dice = new(5);
        double[] times = [.. Enumerable.Range(0, 400_000).Select(_ => law.Draw(ref dice)).Order()];
        Assert.Equal(1, times.Average(), 0.01 * Math.Sqrt(1 + law.SquaredVariation));
        Assert.Equal(1 + law.SquaredVariation, times.Average(t => t * t), 0.07 * (1 + law.SquaredVariation));
        if (double.IsFinite(law.InverseMean)) Assert.Equal(law.InverseMean, times.Average(t => 1 / t), 0.02 * law.InverseMean);
        foreach (double share in new[] { 0.1, 0.5, 0.9, 0.99 })
            Assert.Equal(times[(int)(share * times.Length)], law.Quantile(share), 0.03 * law.Quantile(share));
    }

    [Theory]
    [InlineData(1.5, 1000)]
    [InlineData(1.1, 10000)]
    public void Bounded_Pareto_law_has_the_moments_in_closed_form(double alpha, double ratio)
    {
        string row = FormattableString.Invariant($"alpha={alpha} p/k={ratio}");
        ParetoService law = new(alpha, ratio);
        Assert.Equal(Oracle.Value("Bounded Pareto job size", $"{row} (mean scaled to 1)", "C^2 (squared coefficient of variation)"), law.SquaredVariation, 5);
        Assert.Equal(Oracle.Value("Bounded Pareto job size", row, "E[1/X] (mean=1)"), law.InverseMean, 1e-6);
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("h2:2")]
    public void Slowdown_is_infinite_where_jobs_can_be_as_short_as_they_like(string text) =>
        Assert.True(double.IsPositiveInfinity(SpecText.Service(text, Trace.Read).InverseMean));

    [Theory]
    [InlineData("")]
    [InlineData("exp:2")]
    [InlineData("erlang:0")]
    [InlineData("erlang:1.5")]
    [InlineData("h2:0.5")]
    [InlineData("h2")]
    [InlineData("lognormal:-1")]
    [InlineData("pareto:1.5")]
    [InlineData("pareto:1.5:1")]
    [InlineData("pareto:x:10")]
    [InlineData("trace:")]
    [InlineData("trace:/no/such/file")]
    [InlineData("Exp")]
    public void Law_that_there_is_not_is_refused(string text) =>
        Assert.Throws<SimulationException>(() => SpecText.Service(text, Trace.Read));
}
