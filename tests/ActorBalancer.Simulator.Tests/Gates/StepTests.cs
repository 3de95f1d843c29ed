using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Traffic;
using Xunit.Abstractions;

namespace ActorBalancer.Simulator.Tests.Gates;

/// <summary>How the adaptive strategy takes changes: bound early by four routers, with the speeds learned.</summary>
[Trait("Part", "long")]
public sealed class StepTests(ITestOutputHelper output)
{
    /// <summary>Long enough to learn the speeds, and for the lines to fill.</summary>
    private const double Before = 200;
    private const string AllTests = "ACTORBALANCER_ALL_TESTS";

    private static readonly Lazy<Steps> FastOne = new(() => SlowDown(GateFleet.Adaptive(), 15, 4));

    [Theory]
    [InlineData(15, 4)]
    [InlineData(8, 2)]
    public void Tenfold_slow_down_of_a_worker_settles_within_five_time_constants(int worker, double speed)
    {
        double constant = GateFleet.TimeConstant(speed / 10);
        Steps steps = worker == 15 ? FastOne.Value : SlowDown(GateFleet.Adaptive(), worker, speed);
        Print(steps, worker, constant);
        Assert.InRange(steps.Unsettled(Before + (5 * constant), worker), 0, 0.25);
        Assert.All(Enumerable.Range(0, 16).Where(w => w != worker), w => Assert.InRange(steps.Unsettled(Before + (5 * constant), w), 0, 0.05));
        // Its own share comes down to the new one and is not found far above it again; nobody else's shoots over.
        Assert.True(steps.Shares(Before - 50, Before)[worker] > 5 * steps.Fair[worker]);
        double[] times = [.. Enumerable.Range(2, 8).Select(i => Before + (i * constant))];
        Assert.All(times, from => Assert.InRange(steps.Shares(from, from + constant)[worker], 0, 2 * steps.Fair[worker]));
        Assert.InRange(steps.Worst(constant / 5, except: worker), 1, 2);
    }

    [Fact]
    public void Learner_that_is_a_hundred_times_slower_would_not_settle()
    {
        double from = Before + (5 * GateFleet.TimeConstant(0.4));
        Steps slow = SlowDown(GateFleet.Adaptive() with { ServiceSeconds = 0.01 }, 15, 4);
        double share = slow.Shares(from, slow.End)[15];
        output.WriteLine($"share {share:0.0000}, fair {FastOne.Value.Fair[15]:0.0000}");
        Assert.True(share > 1.5 * FastOne.Value.Fair[15]);
    }

    [Theory]
    [InlineData(GateFleet.Load / 1.5, GateFleet.Load)]
    [InlineData(GateFleet.Load, GateFleet.Load / 2)]
    public void Step_of_half_the_load_settles_within_five_time_constants(double before, double after)
    {
        double constant = GateFleet.TimeConstant(1);
        Steps steps = Steps.OfLoad(GateFleet.Adaptive(), before, after, Before, Before + (10 * constant), runs: 16);
        Assert.All(Enumerable.Range(0, 16), worker => Assert.InRange(steps.Unsettled(Before + (5 * constant), worker), 0, 0.05));
        Assert.InRange(steps.Worst(constant / 5), 1, 2);
        output.WriteLine($"worst {steps.Worst(constant / 5):0.00}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void After_a_step_in_load_no_worker_gets_twice_its_share_however_old_the_views(double delay)
    {
        (double worst, double ofOne) = Herd(delay, ViewFault.None);
        Assert.InRange(worst, 1, 2);
        Assert.InRange(ofOne, 1, 2);
    }

    [Theory]
    [InlineData((int)ViewFault.ForgetsSent)]
    [InlineData((int)ViewFault.KnowsOwnSentOnly)]
    public void Routers_that_forget_what_was_sent_since_the_report_would_herd(int fault) =>
        Assert.True(Herd(10, (ViewFault)fault).OfOneRun > 2);

    [Fact]
    public void No_share_swings_to_and_fro_in_a_million_jobs() => AssertSteady(delay: 10);

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(3)]
    public void No_share_swings_to_and_fro_however_old_the_views(double delay)
    {
        Skip.If(Environment.GetEnvironmentVariable(AllTests) != "1", "takes half a minute of processor time; tests/run --all runs it");
        AssertSteady(delay);
    }

    [Theory]
    [InlineData((int)ViewFault.ForgetsSent)]
    [InlineData((int)ViewFault.KnowsOwnSentOnly)]
    public void Routers_that_forget_what_was_sent_since_the_report_would_swing(int fault)
    {
        (_, Swing swing) = Swings(10, (ViewFault)fault, 200_000).Last();
        Assert.True(swing is { Low: < -0.15, High: > 0.15 }, $"{swing}");
    }

    private void AssertSteady(double delay)
    {
        foreach ((int worker, Swing swing) in Swings(delay, ViewFault.None, 1_000_000))
        {
            output.WriteLine($"worker {worker}: {swing}");
            Assert.InRange(swing.Low, -0.15, 1);
            Assert.InRange(swing.High, 0, 0.15);
        }
    }

    private static Steps SlowDown(RunSetting setting, int worker, double speed) =>
        Steps.OfSpeed(setting, worker, speed, speed / 10, Before, Before + (10 * GateFleet.TimeConstant(speed / 10)), runs: 16);

    private void Print(Steps steps, int worker, double constant)
    {
        foreach (double from in (double[])[0, 0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9])
            output.WriteLine($"from {from}: {steps.Shares(Before + (from * constant), Before + ((from + (from < 0.5 ? 0.1 : 0.5)) * constant))[worker] / steps.Fair[worker]:0.00} of fair");
    }

    /// <summary>The most that a worker got over its fair share after a step in load: over all runs, and in a single one.</summary>
    private (double Worst, double OfOneRun) Herd(double delay, ViewFault fault)
    {
        Steps steps = Steps.OfLoad(GateFleet.Adaptive(delay, fault), GateFleet.Load / 1.5, GateFleet.Load, 100, 100 + (6 * delay) + 40, runs: 30);
        (double Worst, double OfOneRun) herd = (steps.Worst(Math.Max(2, delay / 4)), steps.WorstOfOneRun(delay));
        output.WriteLine($"delay {delay}, {fault}: worst over all runs {herd.Worst:0.00}, in one run {herd.OfOneRun:0.00}");
        return herd;
    }

    /// <summary>Of a worker of each speed.</summary>
    private static IEnumerable<(int Worker, Swing Swing)> Swings(double delay, ViewFault fault, long jobs)
    {
        double rate = GateFleet.Load * GateFleet.Capacity;
        Placements run = Placements.Of(GateFleet.Adaptive(delay, fault), new PoissonArrivals(), rate, jobs, runs: 1)[0];
        return ((int[])[0, 8, 14]).Select(worker => (worker, Swing.Of(run.Series(worker, Before, 0.99 * jobs / rate, Math.Max(1, delay) / 2))));
    }
}
