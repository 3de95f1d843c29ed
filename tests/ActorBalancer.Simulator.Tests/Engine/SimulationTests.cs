using ActorBalancer.Simulator.Engine;
using ActorBalancer.Simulator.Fleets;
using ActorBalancer.Simulator.Tests.Theory;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Engine;

/// <summary>What holds of every simulation, and that each option changes something.</summary>
public sealed class SimulationTests
{
    [Theory]
    [InlineData(80, 8)]
    [InlineData(300, 3)]
    [InlineData(64, 64)]
    public void Batch_of_equal_jobs_takes_R_over_S(int jobs, int workers)
    {
        foreach (string strategy in new[] { "round-robin", "weighted-round-robin", "least-connections" })
        {
            StrategyFigures figures = Simulation.Run(Batch(jobs, workers, strategy))[0];
            double turns = (double)jobs / workers;
            Assert.Equal(turns, figures.Makespan);
            Assert.Equal((turns + 1) / 2, figures.Response.Mean.Mean, 12);
            Assert.Equal(0, figures.Response.Mean.HalfWidth!.Value, 12);
            Assert.Equal(Math.Ceiling(0.99 * turns), figures.Response.Quantiles[2]);
            Assert.All(figures.Shares, share => Assert.Equal(1.0 / workers, share, 12));
            Assert.Equal(1, figures.Utilisation.Mean, 12);
        }
    }

    [Fact]
    public void Same_seed_gives_the_same_figures_and_another_seed_others()
    {
        SimulationOptions options = Small() with { Strategies = StrategyCatalog.Ids };
        Assert.Equal(Simulation.Run(options).Select(Key), Simulation.Run(options).Select(Key));
        Assert.NotEqual(Simulation.Run(options).Select(Key), Simulation.Run(options with { Seed = 2 }).Select(Key));
    }

    [Fact]
    public void Strategies_face_the_same_jobs()
    {
        StrategyFigures[] all = Simulation.Run(Small() with { Strategies = ["round-robin", "random", "least-connections"] });
        StrategyFigures alone = Simulation.Run(Small() with { Strategies = ["least-connections"] })[0];
        Assert.Equal(Key(alone), Key(all[2]));
        Assert.Equal(all[0].Utilisation.Mean, all[1].Utilisation.Mean, 2);
        // One worker leaves no choice: then the same jobs have the same times under every strategy.
        var one = Simulation.Run(Small() with { Workers = [new WorkerGroup(1, 1, 1)], Strategies = StrategyCatalog.Ids });
        Assert.All(one, f => Assert.Equal(one[0].Response.Mean.Mean, f.Response.Mean.Mean));
    }

    public static TheoryData<string> Changes => [.. Changed.Keys];

    private static readonly Dictionary<string, Func<SimulationOptions, SimulationOptions>> Changed = new()
    {
        ["workers"] = o => o with { Workers = [new WorkerGroup(4, 1, 1), new WorkerGroup(4, 1, 2)] },
        ["slots"] = o => o with { Slots = 2 },
        ["arrivals"] = o => o with { Arrivals = new BurstyArrivals(3) },
        ["service"] = o => o with { Service = new ConstantService() },
        ["load"] = o => o with { Load = 0.6 },
        ["rate"] = o => o with { Load = null, Rate = 4.8 },
        ["binding"] = o => o with { Binding = Binding.Late },
        ["weights"] = o => o with { Weights = WeightSource.Learned },
        ["routers"] = o => o with { Routers = 3 },
        ["choices"] = o => o with { Choices = 3 },
        ["delay"] = o => o with { Delay = 5 },
        ["jobs"] = o => o with { Jobs = 6_000 },
        ["replications"] = o => o with { Replications = 5 },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Every_option_changes_something(string option)
    {
        SimulationOptions before = Small() with { Choices = 2 };
        Assert.NotEqual(Key(Simulation.Run(before)[0]), Key(Simulation.Run(Changed[option](before))[0]));
    }

    [Fact]
    public void Length_of_a_second_changes_what_is_learned_and_nothing_else()
    {
        SimulationOptions quick = Small() with { Workers = [WorkerGroup.Of(4, 1), WorkerGroup.Of(4, 2)], Load = 0.5, Weights = WeightSource.Learned };
        SimulationOptions slow = quick with { ServiceSeconds = 0.001 };
        Assert.NotEqual(Key(Simulation.Run(quick)[0]), Key(Simulation.Run(slow)[0]));
        Assert.Equal(Key(Simulation.Run(quick with { Weights = WeightSource.Static })[0]), Key(Simulation.Run(slow with { Weights = WeightSource.Static })[0]));
        Assert.Throws<SimulationException>(() => Simulation.Run(quick with { ServiceSeconds = 0 }));
    }

    [Theory]
    [InlineData("random")]
    [InlineData("weighted-round-robin")]
    [InlineData("least-connections")]
    [InlineData("source-hash")]
    public void Shares_follow_the_speeds_though_nobody_tells_them(string strategy)
    {
        SimulationOptions options = Small() with
        {
            Workers = [WorkerGroup.Of(4, 1), WorkerGroup.Of(2, 4)], Strategies = [strategy], Binding = Binding.Early, Weights = WeightSource.Learned, Jobs = 20_000,
        };
        double[] learned = Simulation.Run(options)[0].Shares;
        double[] told = Simulation.Run(options with { Weights = WeightSource.Static })[0].Shares;
        double[] blind = Simulation.Run(options with { Workers = [new(4, 1, 1), new(2, 4, 1)], Weights = WeightSource.Static, Load = 0.4 })[0].Shares;
        Assert.InRange(learned[4] + learned[5], 0.93 * (told[4] + told[5]), 1.07 * (told[4] + told[5]));
        Assert.True(blind[4] + blind[5] < 0.8 * (told[4] + told[5]));
    }

    [Fact]
    public void Weight_that_somebody_gave_is_multiplied_by_what_is_learned()
    {
        SimulationOptions options = Small() with { Strategies = ["weighted-round-robin"], Weights = WeightSource.Learned, Load = 0.4, Jobs = 20_000 };
        double[] equal = Simulation.Run(options with { Workers = [WorkerGroup.Parse("1x1"), WorkerGroup.Parse("1x2")] })[0].Shares;
        double[] thrice = Simulation.Run(options with { Workers = [WorkerGroup.Parse("1x1:3"), WorkerGroup.Parse("1x2:1")] })[0].Shares;
        Assert.InRange(equal[1] / equal[0], 1.8, 2.2);
        Assert.InRange(thrice[1] / thrice[0], 1.8 / 3, 2.2 / 3);
    }

    [Fact]
    public void Old_counts_make_herds_and_no_counts_would_be_better()
    {
        SimulationOptions options = Small() with { Strategies = ["least-connections"], Binding = Binding.Early, Jobs = 20_000 };
        double[] means = [.. new[] { 0.0, 1, 4, 16 }.Select(delay => Simulation.Run(options with { Delay = delay })[0].Response.Mean.Mean)];
        Assert.Equal(means.Order(), means);
        double random = Simulation.Run(options with { Strategies = ["random"] })[0].Response.Mean.Mean;
        Assert.InRange(random, means[0], means[3]);
    }

    [Fact]
    public void Routers_that_know_their_own_jobs_only_place_worse_but_share_late_bound_slots_as_one()
    {
        SimulationOptions options = Small() with { Strategies = ["least-connections"], Jobs = 50_000, Routers = 4 };
        double Mean(Binding binding, int routers) => Simulation.Run(options with { Binding = binding, Routers = routers })[0].Response.Mean.Mean;
        Assert.True(Mean(Binding.Early, 4) > 1.1 * Mean(Binding.Early, 1));
        // No slot idles while a job waits, whichever router has it: with equal workers the mean is that of one line.
        Assert.Equal(Mean(Binding.Late, 1), Mean(Binding.Late, 4), 0.05);
    }

    [Fact]
    public void Runs_with_no_share_of_the_work_break_no_law()
    {
        SimulationOptions odd = Small() with { Jobs = 1, Replications = 1 };
        Assert.Null(Simulation.Run(odd)[0].Response.Mean.HalfWidth);
        Assert.True(Simulation.Run(odd with { Workers = [new WorkerGroup(1, 1, 0), new WorkerGroup(1, 5, 1)] })[0].Shares is [0, 1]);
    }

    [Fact]
    public void Run_whose_books_do_not_balance_says_so()
    {
        Tally tally = new(1);
        tally.Arrive(first: true, last: true);
        tally.Pass(3);
        Assert.Throws<InvalidOperationException>(tally.Check);
        tally.Start(new JobPool.Entry { Service = 2 }, 1);
        tally.Pass(4);
        tally.Finish(new JobPool.Entry { Service = 2 }, 1);
        Assert.Contains("utilisation", Assert.Throws<InvalidOperationException>(tally.Check).Message, StringComparison.Ordinal);
    }

    private static SimulationOptions Small() => TheoryRow.Play("8x1", 0.8, "random", 5_000, runs: 4);

    private static SimulationOptions Batch(int jobs, int workers, string strategy) =>
        Small() with { Workers = [new WorkerGroup(workers, 1, 1)], Arrivals = new BatchArrivals(jobs), Service = new ConstantService(), Load = null, Strategies = [strategy] };

    private static string Key(StrategyFigures f) => string.Join(
        ' ', [f.Response.Mean.Mean, f.Response.Mean.HalfWidth ?? -1, .. f.Response.Quantiles, f.Wait.Mean.Mean, .. f.Wait.Quantiles, f.WaitShare.Mean, f.Utilisation.Mean, f.Makespan, .. f.Shares]);
}
