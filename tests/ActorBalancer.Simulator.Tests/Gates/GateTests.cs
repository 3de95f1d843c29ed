using ActorBalancer.Simulator.Engine;
using ActorBalancer.Strategies;
using Xunit.Abstractions;

namespace ActorBalancer.Simulator.Tests.Gates;

/// <summary>
/// What the adaptive strategy must hold without being told how fast the workers are. The same jobs for all that are compared, at fixed seeds,
/// so that nothing is left to chance.
/// </summary>
[Trait("Part", "long")]
public sealed class GateTests(ITestOutputHelper output)
{
    private const string AllTests = "ACTORBALANCER_ALL_TESTS";

    private static readonly Lazy<StrategyFigures> Ideal = new(() => Simulation.Run(GateFleet.Ideal)[0]);

    [Fact]
    public void Late_bound_p99_is_within_1_15_of_the_ideal()
    {
        StrategyFigures adaptive = Play("adaptive", Binding.Late, WeightSource.Learned, routers: 1);
        Assert.InRange(P99(adaptive), 0, 1.15 * P99(Ideal.Value));
    }

    /// <summary>A router may be without luck for a while, and its jobs wait though others have none; that takes many jobs to average out.</summary>
    [SkippableFact]
    public void Late_bound_by_four_routers_it_is_within_1_15_of_the_ideal_too()
    {
        Skip.If(Environment.GetEnvironmentVariable(AllTests) != "1", "takes a minute of processor time; tests/run --all runs it");
        SimulationOptions Long(SimulationOptions options) => options with { Jobs = 1_000_000, Replications = 12 };
        StrategyFigures adaptive = Simulation.Run(Long(GateFleet.Options("adaptive", Binding.Late, WeightSource.Learned)))[0];
        Assert.InRange(P99(adaptive), 0, 1.15 * P99(Simulation.Run(Long(GateFleet.Ideal))[0]));
    }

    [Fact]
    public void Late_binding_that_neither_knows_nor_learns_the_speeds_would_fail_that()
    {
        SimulationOptions blind = GateFleet.Ideal with { Workers = [.. GateFleet.Groups.Select(g => g with { Weight = 1 })] };
        Assert.True(P99(Simulation.Run(blind)[0]) > 1.15 * P99(Ideal.Value));
    }

    [Fact]
    public void Early_bound_by_four_routers_it_is_better_than_least_connections_told_the_speeds()
    {
        StrategyFigures adaptive = Play("adaptive", Binding.Early, WeightSource.Learned);
        StrategyFigures told = Play("least-connections", Binding.Early, WeightSource.Static);
        Assert.True(P99(adaptive) < P99(told));
        Assert.True(adaptive.Response.Mean.Mean < told.Response.Mean.Mean);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Views_of_any_age_make_it_no_worse_than_the_better_of_two_workers_told_the_speeds(double delay)
    {
        StrategyFigures adaptive = Play("adaptive", Binding.Early, WeightSource.Learned, delay: delay);
        StrategyFigures two = Play("random", Binding.Early, WeightSource.Static, delay: delay, choices: 2);
        Assert.InRange(P99(adaptive), 0, P99(two));
        Assert.InRange(adaptive.Response.Mean.Mean, 0, two.Response.Mean.Mean);
    }

    [Theory]
    [InlineData((int)ViewFault.ForgetsSent)]
    [InlineData((int)ViewFault.KnowsOwnSentOnly)]
    public void Without_what_was_sent_since_the_report_it_would_be_worse(int fault)
    {
        const double delay = 10;
        StrategyFigures two = Play("random", Binding.Early, WeightSource.Static, delay: delay, choices: 2);
        SimulationOptions options = GateFleet.Options("adaptive", Binding.Early, WeightSource.Learned, delay: delay) with { Replications = 2 };
        StrategyFigures broken = Simulation.Run(options, (ViewFault)fault)[0];
        output.WriteLine($"{fault}: mean {broken.Response.Mean.Mean:0.00}, p99 {P99(broken):0.00}");
        Assert.True(broken.Response.Mean.Mean > two.Response.Mean.Mean);
    }

    private StrategyFigures Play(string strategy, Binding binding, WeightSource weights, int routers = GateFleet.Routers, double delay = 0, int choices = 1)
    {
        StrategyFigures figures = Simulation.Run(GateFleet.Options(strategy, binding, weights, routers, delay, choices))[0];
        output.WriteLine(FormattableString.Invariant(
            $"{strategy} {binding} {weights}, {routers} routers, delay {delay}: mean {figures.Response.Mean.Mean:0.000}, p99 {P99(figures):0.00} ({P99(figures) / P99(Ideal.Value):0.000} of the ideal)"));
        Assert.Empty(figures.Overloaded);
        return figures;
    }

    private static double P99(StrategyFigures figures) => figures.Response.Quantiles[2];
}
