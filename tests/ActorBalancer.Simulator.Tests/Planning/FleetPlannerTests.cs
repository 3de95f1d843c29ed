using ActorBalancer.Simulator.Formulas;
using ActorBalancer.Simulator.Planning;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Planning;

public sealed class FleetPlannerTests
{
    [Theory]
    [InlineData(12, 8)]
    [InlineData(3, 5)]
    [InlineData(0.4, 30)]
    public void Fleet_is_the_smallest_that_theory_allows(double rate, double target)
    {
        FleetPlan[] plans = FleetPlanner.Plan(Options(rate, target) with { Strategies = ["random", "least-connections"] });
        Assert.Equal(Smallest(n => Math.Log(100) / (1 - (rate / n)), rate, target), plans[0].Workers);
        Assert.Equal(Smallest(n => new CentralQueue(n, rate / n).ResponseQuantile(0.99), rate, target), plans[1].Workers);
        Assert.All(plans, p => Assert.Equal(p.Known!.Mean, p.Simulated!.Response.Mean.Mean, 0.1 * p.Known.Mean));
        Assert.All(plans, p => Assert.Equal(rate / p.Workers!.Value, p.Load!.Value, 12));
    }

    [Fact]
    public void Fleet_without_a_formula_is_the_smallest_that_holds_in_simulation()
    {
        PlanOptions options = Options(4, 6.5) with { Strategies = ["least-connections"], Binding = Binding.Early };
        FleetPlan plan = FleetPlanner.Plan(options)[0];
        Assert.Null(plan.Known);
        Assert.True(plan.Simulated!.Response.Quantiles[2] <= 6.5);
        Assert.True(Simulation.Run(options.With(plan.Workers!.Value - 1, "least-connections"))[0].Response.Quantiles[2] > 6.5);
    }

    [Fact]
    public void Target_below_what_an_idle_fleet_gives_has_no_plan()
    {
        PlanOptions options = Options(4, 4.6);
        Assert.Equal(Math.Log(100), options.IdleP99, 9);
        Assert.All(FleetPlanner.Plan(options), p => Assert.Null(p.Workers));
        Assert.Equal(Math.Log(100) / 2, (options with { Speeds = [1, 2] }).IdleP99, 9);
        Assert.NotNull(FleetPlanner.Plan(options with { Speeds = [1, 2], Strategies = ["least-connections"] })[0].Workers);
    }

    [Fact]
    public void Speeds_slots_choices_and_bursts_change_the_fleet()
    {
        PlanOptions options = Options(4, 9) with { Strategies = ["random"] };
        int Workers(PlanOptions o) => FleetPlanner.Plan(o)[0].Workers!.Value;
        int plain = Workers(options);
        Assert.True(Workers(options with { Speeds = [2] }) < plain);
        Assert.True(Workers(options with { Slots = 4 }) < plain);
        Assert.True(Workers(options with { Choices = 2 }) < plain);
        Assert.True(Workers(options with { Arrivals = new BurstyArrivals(4) }) > plain);
        Assert.True(Workers(options with { Service = new ConstantService() }) < plain);
    }

    [Theory]
    [InlineData("round-robin", Binding.Early, "exp", "E4/M/1")]
    [InlineData("random", Binding.Early, "exp", "M/M/1")]
    [InlineData("random", Binding.Early, "det", "M/G/1")]
    [InlineData("random", Binding.Late, "exp", "M/M/4")]
    [InlineData("round-robin", Binding.Early, "det", null)]
    [InlineData("least-connections", Binding.Early, "exp", null)]
    [InlineData("least-connections", Binding.Late, "det", null)]
    public void Formula_stands_where_it_is_exact(string strategy, Binding binding, string service, string? formula)
    {
        PlanOptions options = Options(3, 9) with { Service = SpecText.Service(service, Trace.Read) };
        KnownTimes? known = KnownTimes.Of(options, 4, strategy, binding);
        Assert.Equal(formula, known?.Formula);
        if (known is null) return;
        Estimate simulated = Simulation.Run(options.With(4, strategy) with { Binding = binding, Replications = 10 })[0].Response.Mean;
        Assert.Equal(known.Mean, simulated.Mean, 3 * simulated.HalfWidth!.Value);
        Assert.Equal(known.Mean / 2, KnownTimes.Of(options with { Speeds = [2], Rate = 6 }, 4, strategy, binding)!.Mean, 9);
        Assert.Null(KnownTimes.Of(options with { Speeds = [1, 2] }, 4, strategy, binding));
        Assert.Null(KnownTimes.Of(options with { Arrivals = new BurstyArrivals(2) }, 4, strategy, binding));
    }

    [Fact]
    public void What_no_fleet_could_do_is_refused()
    {
        Assert.Throws<SimulationException>(() => FleetPlanner.Plan(Options(20_000, 9)));
        Assert.Throws<SimulationException>(() => FleetPlanner.Plan(Options(0, 9)));
        Assert.Throws<SimulationException>(() => FleetPlanner.Plan(Options(1, 0)));
        Assert.Throws<SimulationException>(() => FleetPlanner.Plan(Options(1, 9) with { Speeds = [0] }));
        Assert.Throws<SimulationException>(() => FleetPlanner.Plan(Options(1, 9) with { Arrivals = new BatchArrivals(3) }));
    }

    private static int Smallest(Func<int, double> p99, double rate, double target) =>
        Enumerable.Range((int)Math.Floor(rate) + 1, 1_000).First(n => p99(n) <= target);

    private static PlanOptions Options(double rate, double target) => new() { Rate = rate, Service = new ErlangService(1), TargetP99 = target, Jobs = 40_000 };
}
