using ActorBalancer.Strategies;

namespace ActorBalancer.Core.Tests.Strategies;

/// <summary>What went wrong in other balancers, each named after where it was seen.</summary>
public class KnownBugsOfOthersTests
{
    [Theory]
    [InlineData("round-robin")]
    [InlineData("weighted-round-robin")]
    public void Membership_changes_do_not_start_the_round_anew_as_in_grpc_java(string strategy)
    {
        // grpc-java's picker was rebuilt at index 0 during deploys: the first nodes got three to four times the load.
        var fleet = Fleet.Equal(10).With(strategy);
        List<int> picks = [];
        for (int i = 0; i < 1000; i++)
        {
            fleet.Join(10, Fleet.IdOf(1000 + i), 1, 1000, true);
            picks.AddRange(fleet.Picks(2));
            fleet.Leave(10);
            picks.AddRange(fleet.Picks(1));
        }

        int[] shares = picks.Where(row => row < 10).Shares(10);
        Assert.InRange(shares.Max() - shares.Min(), 0, 2);
    }

    [Theory]
    [InlineData("round-robin")]
    [InlineData("weighted-round-robin")]
    [InlineData("least-connections")]
    [InlineData("random")]
    public void The_first_listed_does_not_win_ties_as_in_YARP_IPVS_and_SmallestMailbox(string strategy)
    {
        int[] firsts = [.. Enumerable.Range(0, 4000).Select(seed => Fleet.Equal(8).With(strategy, (ulong)seed).Pick(0))];
        Assert.InRange(Fleet.ChiSquareDeviations(firsts.Shares(8), [.. Enumerable.Repeat(500.0, 8)]), -3, 5);
    }

    [Fact]
    public void A_new_worker_in_slow_start_is_not_flooded_by_least_connections()
    {
        var fleet = Fleet.Equal(10).With("least-connections");
        for (int i = 0; i < 200; i++) fleet.Place();
        fleet.Join(10, Fleet.IdOf(10), 1, 100, true);
        for (int i = 0; i < 20; i++) fleet.Place();
        Assert.InRange(fleet.InFlight(10), 1, 2);
        fleet.SetWeight(10, 1000, 1);
        for (int i = 0; i < 10; i++) Assert.Equal(10, fleet.Place());
    }

    [Fact]
    public void Two_choices_never_compare_a_worker_with_itself_as_in_Envoy()
    {
        // With replacement the loaded one of two would still get a quarter.
        var fleet = Fleet.Equal(2).With("random", 1, new StrategyOptions { Choices = 2 });
        fleet.SetInFlight(0, 1);
        Assert.All(fleet.Picks(1000), row => Assert.Equal(1, row));
    }

    [Theory]
    [MemberData(nameof(StrategyContractTests.Strategies), MemberType = typeof(StrategyContractTests))]
    public void Two_workers_of_one_hash_break_nothing_as_on_the_hash_ring_of_Akka_NET(string strategy)
    {
        // Akka.NET #8031: one 32-bit collision of ring points and the router fails for good.
        var fleet = new Candidates();
        for (int row = 0; row < 4; row++) fleet.Join(row, row < 2 ? 7UL : (ulong)row, 1, 1000, true);
        fleet.With(strategy);
        for (ulong source = 0; source < 200; source++) Storm.AssertFair(fleet, fleet.Place(source));
        fleet.SetEligible(0, false);
        fleet.SetEligible(2, false);
        fleet.SetEligible(3, false);
        Assert.Equal(1, fleet.Pick(5));
        fleet.Leave(1);
        Assert.Equal(-1, fleet.Pick(5));
        fleet.SetEligible(0, true);
        Assert.Equal(0, fleet.Pick(5));
    }

    [Theory]
    [MemberData(nameof(StrategyContractTests.Strategies), MemberType = typeof(StrategyContractTests))]
    public void All_weights_zero_wait_instead_of_dropping_as_in_Akka_NETs_adaptive_router(string strategy)
    {
        var fleet = Fleet.Of(1, 2, 3).With(strategy);
        fleet.Picks(5);
        for (int row = 0; row < 3; row++) fleet.SetWeight(row, 0, 1);
        Assert.Equal(-1, fleet.Pick(1));
        fleet.SetWeight(1, 500, 1);
        Assert.All(fleet.Picks(10), row => Assert.Equal(1, row));
    }

    [Fact]
    public void Loads_are_not_compared_after_an_integer_division()
    {
        // 7/4 and 5/3 both divide to 1.
        var fleet = Fleet.Of(4, 3).With("least-connections");
        fleet.SetInFlight(0, 6);
        fleet.SetInFlight(1, 4);
        Assert.All(fleet.Picks(20), row => Assert.Equal(1, row));
    }
}
