using ActorBalancer.Simulator.Formulas;
using ActorBalancer.Strategies;

namespace ActorBalancer.Simulator.Tests.Theory;

/// <summary>Workers of speeds 1 and 4 under every rule that has an exact answer.</summary>
public sealed class TwoSpeedsTests
{
    private const string Scenario = "2 heterogeneous exp servers speeds 1 and 4";

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void Chain_is_right_where_others_solved_it(double load)
    {
        string row = FormattableString.Invariant($"SED (c+1)/w, random tie rho={load}");
        Assert.Equal(Oracle.Value(Scenario, row, "mean response E[T]"), new TwoSpeeds(load, 1, (_, slow, fast) => Odds(4 * (slow + 1), fast + 1, 0.5)).MeanResponse, 4);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void Least_connections_by_weight_breaks_ties_towards_fewer_jobs(double load) =>
        Agree(new TwoSpeeds(load, 1, (_, slow, fast) => Odds(4 * (slow + 1), fast + 1, slow < fast ? 1 : 0)).MeanResponse, "1x1,1x4", load, "least-connections", Binding.Early);

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void Weighted_round_robin_gives_every_fifth_job_to_the_slow_one(double load) =>
        Agree(new TwoSpeeds(load, 5, (phase, _, _) => phase == 0 ? 1 : 0).MeanResponse, "1x1,1x4", load, "weighted-round-robin", Binding.Early);

    [Fact]
    public void Round_robin_is_two_lines_with_every_second_arrival()
    {
        const double load = 0.3;
        double slow = SingleServer.MeanResponseOfEveryNth(2, load * 5 / 2);
        double fast = SingleServer.MeanResponseOfEveryNth(2, load * 5 / 8) / 4;
        Agree((slow + fast) / 2, "1x1,1x4", load, "round-robin", Binding.Early);
    }

    [Fact]
    public void Late_binding_at_random_takes_an_idle_one_with_odds_by_weight()
    {
        const double load = 0.5;
        Agree(EvenOddsWhenIdle(load * 5), "1x1:1,1x4:1", load, "random", Binding.Late);
    }

    /// <summary>
    /// One line before both. In balance, with s the share of time with only the slow one busy, f with only the fast one, and both busy as
    /// unit: idle x rate = s + 4 f, s x (rate + 1) = idle x rate/2 + 4, f x (rate + 4) = idle x rate/2 + 1. Beyond, shares fall by rate/5 a job.
    /// </summary>
    private static double EvenOddsWhenIdle(double rate)
    {
        double determinant = ((rate + 0.5) * (rate + 2)) - 1;
        double slow = ((4 * (rate + 2)) + 2) / determinant;
        double fast = (rate + 0.5 + 2) / determinant;
        double idle = (slow + (4 * fast)) / rate;
        double ratio = rate / 5;
        double all = idle + slow + fast + (1 / (1 - ratio));
        double jobs = slow + fast + (2 / (1 - ratio)) + (ratio / ((1 - ratio) * (1 - ratio)));
        return jobs / all / rate;
    }

    private static double Odds(int slow, int fast, double tie) => slow < fast ? 1 : slow > fast ? 0 : tie;

    private static void Agree(double exact, string workers, double load, string strategy, Binding binding)
    {
        StrategyFigures figures = Simulation.Run(TheoryRow.Play(workers, load, strategy, 200_000, binding))[0];
        Estimate found = figures.Response.Mean;
        Assert.True(found.HalfWidth <= 0.02 * found.Mean);
        Assert.InRange(found.Mean, exact - (3 * found.HalfWidth!.Value), exact + (3 * found.HalfWidth.Value));
    }
}
