using ActorBalancer.Simulator.Charts;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Theory;

/// <summary>Up to which load a rule holds: nine workers of speed 1 and one of speed 11, all counted alike unless the rule weighs them.</summary>
public sealed class StabilityTests
{
    private const string Alike = "9x1:1,1x11:1";
    private const string Weighed = "9x1,1x11";

    [Theory]
    [InlineData(Alike, "round-robin", 1, 0.5)]
    [InlineData(Alike, "random", 1, 0.5)]
    [InlineData(Alike, "random", 2, 0.5625)]
    public void Rule_holds_below_its_limit_and_not_above(string workers, string strategy, int choices, double limit)
    {
        Assert.Empty(Play(workers, 0.97 * limit, strategy, choices).Overloaded);
        StrategyFigures above = Play(workers, 1.03 * limit, strategy, choices);
        Assert.NotEmpty(above.Overloaded);
        Assert.All(above.Overloaded, o => Assert.Equal(1, o.Speed));
        Assert.All(above.Overloaded, o => Assert.InRange(o.Load, 1.005, 1.06));
    }

    [Theory]
    [InlineData("random", null)]
    [InlineData("weighted-round-robin", null)]
    [InlineData("least-connections", Binding.Early)]
    [InlineData("least-connections", Binding.Late)]
    [InlineData("source-hash", null)]
    public void Rule_that_weighs_holds_up_to_full_load(string strategy, Binding? binding) =>
        Assert.Empty(Play(Weighed, 0.97, strategy, 1, binding).Overloaded);

    [Fact]
    public void Late_binding_holds_even_where_weights_are_wrong() =>
        Assert.Empty(Play(Alike, 0.9, "round-robin", 1, Binding.Late).Overloaded);

    [Theory]
    [InlineData("8x1", 1.0)]
    [InlineData("8x1", 1.5)]
    [InlineData("4x1,4x1:0", 0.6)]
    public void Load_that_no_rule_can_bear_is_refused(string workers, double load)
    {
        var refusal = Assert.Throws<SimulationException>(() => Simulation.Run(TheoryRow.Play(workers, load, "random", 1_000)));
        Assert.Contains("below 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unstable_strategy_leaves_the_chart_to_the_others() =>
        Assert.Empty(TextChart.Lines([], 80));

    private static StrategyFigures Play(string workers, double load, string strategy, int choices, Binding? binding = null) =>
        Simulation.Run(TheoryRow.Play(workers, load, strategy, 200_000, binding, choices: choices, runs: 4))[0];
}
