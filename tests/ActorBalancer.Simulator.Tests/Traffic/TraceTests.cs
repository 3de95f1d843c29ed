using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Tests.Theory;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Traffic;

public sealed class TraceTests
{
    private static readonly string[] Three =
    [
        """{"at":12.5,"service":1,"kind":"work","source":"b"}""",
        """{"at":10,"service":3,"kind":"work","source":"a"}""",
        "",
        """{"at":11,"service":2,"kind":"","source":""}""",
    ];

    [Fact]
    public void Jobs_come_in_order_of_arrival_from_the_first_one_on()
    {
        var trace = Trace.Parse(Three, "t");
        Assert.Equal([0, 1, 2.5], trace.Ats);
        Assert.Equal([3, 2, 1], trace.Services);
        Assert.Equal([SourceHash.Of("a"), 0, SourceHash.Of("b")], trace.Sources);
        Assert.Equal(2, trace.MeanService);
    }

    [Fact]
    public void Recorded_jobs_are_played_as_they_were()
    {
        // One worker: ends at 3, 5 and 6 seconds after the first arrival; a unit of time is the mean of two seconds.
        StrategyFigures figures = Simulation.Run(Play(Three))[0];
        Assert.Equal((3 + 4 + 3.5) / 3 / 2, figures.Response.Mean.Mean, 12);
        Assert.Equal(3, figures.Makespan, 12);
        Assert.Equal(1, figures.Utilisation.Mean, 12);
        Assert.Equal(2.0 / 3, figures.WaitShare.Mean, 12);
    }

    [Fact]
    public void Load_squeezes_the_gaps_and_leaves_the_service_times()
    {
        // By itself 2 arrivals in 2.5 s of 2 s each; at a load of 16 the gaps are a tenth.
        StrategyFigures figures = Simulation.Run(Play(Three) with { Load = 16 })[0];
        Assert.Equal((3 + 4.9 + 5.75) / 3 / 2, figures.Response.Mean.Mean, 12);
    }

    [Fact]
    public void Recorded_times_can_go_with_other_arrivals_and_recorded_arrivals_with_other_times()
    {
        var trace = Trace.Parse(Enumerable.Range(0, 1_000).Select(i => $$"""{"at":{{i}},"service":{{(i % 2 == 0 ? 1 : 3)}}}"""), "t");
        SimulationOptions poisson = TheoryRow.Play("1x1", 0.5, "random", 200_000) with { Service = new RecordedService(trace) };
        Estimate wait = Simulation.Run(poisson)[0].Wait.Mean;
        Assert.Equal(0.25, poisson.Service.SquaredVariation, 12);
        Assert.Equal(0.5 * 1.25 / (2 * 0.5), wait.Mean, 3 * wait.HalfWidth!.Value);
        StrategyFigures even = Simulation.Run(poisson with { Arrivals = new RecordedArrivals(trace), Service = new ConstantService(), Load = 0.9 })[0];
        Assert.Equal(1, even.Response.Mean.Mean, 9);
    }

    [Fact]
    public void Trace_is_played_to_its_end_or_as_far_as_asked()
    {
        Assert.Equal(3, Simulation.Run(Play(Three) with { Replications = 1 })[0].Jobs);
        Assert.Equal(2, Simulation.Run(Play(Three) with { Replications = 1, Jobs = 2 })[0].Jobs);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("{", "line 1")]
    [InlineData("[]", "not an object")]
    [InlineData("""{"service":1}""", "\"at\" is missing")]
    [InlineData("""{"at":-1}""", "\"at\" is -1")]
    [InlineData("""{"at":"1"}""", "\"at\" is")]
    [InlineData("""{"at":1,"service":1e999}""", "\"service\"")]
    [InlineData("""{"at":1,"service":0}""", "every service time is 0")]
    public void What_is_no_trace_is_refused_with_its_line(string line, string why) =>
        Assert.Contains(why, Assert.Throws<SimulationException>(() => Trace.Parse([line], "t")).Message, StringComparison.Ordinal);

    [Fact]
    public void Trace_without_service_times_needs_a_load()
    {
        var trace = Trace.Parse(["""{"at":0}""", """{"at":1}"""], "t");
        SimulationOptions options = Play(Three) with { Arrivals = new RecordedArrivals(trace), Service = new ConstantService() };
        Assert.Throws<SimulationException>(() => Simulation.Run(options));
        Assert.Equal(1, Simulation.Run(options with { Load = 0.5 })[0].Response.Mean.Mean);
    }

    private static SimulationOptions Play(string[] lines)
    {
        var trace = Trace.Parse(lines, "t");
        return new SimulationOptions
        {
            Workers = [new WorkerGroup(1, 1, 1)],
            Arrivals = new RecordedArrivals(trace),
            Service = new RecordedService(trace),
            Strategies = ["least-connections"],
            Replications = 2,
        };
    }
}
