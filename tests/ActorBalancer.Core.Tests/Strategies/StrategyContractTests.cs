using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

/// <summary>What every strategy of the catalog holds to.</summary>
public class StrategyContractTests
{
    public static TheoryData<string> Strategies => [.. StrategyCatalog.Ids];

    [Theory, MemberData(nameof(Strategies))]
    public void Only_eligible_members_with_a_weight_are_picked(string strategy) =>
        Gen.Select(Storm.Over(12, 400), Gen.ULong).Sample(
            (history, seed) => Storm.Play(new Candidates(1).With(strategy, seed), history, Storm.AssertFair), iter: 200);

    [Theory, MemberData(nameof(Strategies))]
    public void A_large_fleet_survives_joins_leaves_and_growth(string strategy) =>
        Gen.Select(Storm.Over(300, 3000), Gen.ULong).Sample(
            (history, seed) => Storm.Play(new Candidates(1).With(strategy, seed), history, Storm.AssertFair), iter: 10);

    [Fact]
    public void The_strategy_can_be_switched_at_any_moment() =>
        Storm.Over(90, 2000).Sample(
            history =>
            {
                var fleet = new Candidates(1).With("round-robin");
                Storm.Play(fleet, history, Storm.AssertFair, number => fleet.With(StrategyCatalog.Ids[number % StrategyCatalog.Ids.Count]));
            },
            iter: 50);

    [Theory, MemberData(nameof(Strategies))]
    public void The_same_seed_and_history_give_the_same_picks(string strategy) =>
        Gen.Select(Storm.Over(80, 800), Gen.ULong).Sample(
            (history, seed) =>
            {
                List<int> first = [], second = [];
                Storm.Play(new Candidates().With(strategy, seed), history, (_, row) => first.Add(row));
                Storm.Play(new Candidates(512).With(strategy, seed), history, (_, row) => second.Add(row));
                Assert.Equal(first, second);
            },
            iter: 30);

    [Theory, MemberData(nameof(Strategies))]
    public void A_strategy_made_over_a_fleet_serves_like_one_that_saw_it_join(string strategy)
    {
        var told = new Candidates().With(strategy, 9);
        var late = new Candidates();
        foreach (var fleet in new[] { told, late })
            for (int row = 0; row < 70; row++) fleet.Join(row, Fleet.IdOf(row), 2, 1000 + (row % 5 * 500), row % 9 != 0);
        late.With(strategy, 9);
        int[] a = [.. Enumerable.Range(0, 7000).Select(i => told.Place((ulong)i))];
        int[] b = [.. Enumerable.Range(0, 7000).Select(i => late.Place((ulong)i))];
        Assert.All(a.Shares(70).Zip(b.Shares(70)), pair => Assert.InRange(pair.First - pair.Second, -90, 90));
    }

    [Theory, MemberData(nameof(Strategies))]
    public void Nobody_there_and_nobody_eligible_mean_wait(string strategy)
    {
        var fleet = new Candidates().With(strategy);
        Assert.Equal(-1, fleet.Pick(1));
        fleet.Join(3, 7, 1, 1000, false);
        Assert.Equal(-1, fleet.Pick(1));
        fleet.SetEligible(3, true);
        Assert.Equal(3, fleet.Pick(1));
        fleet.Leave(3);
        Assert.Equal(-1, fleet.Pick(1));
    }

    [Theory, MemberData(nameof(Strategies))]
    public void The_only_eligible_worker_gets_every_job(string strategy)
    {
        var fleet = Fleet.Of(1, 2, 4).With(strategy);
        fleet.SetEligible(0, false);
        fleet.SetEligible(2, false);
        for (ulong source = 0; source < 100; source++) Assert.Equal(1, fleet.Place(source));
    }

    [Theory, MemberData(nameof(Strategies))]
    public void Workers_beside_a_single_one_share_again_when_they_return(string strategy)
    {
        var fleet = Fleet.Of(1, 1, 1).With(strategy);
        fleet.SetEligible(0, false);
        fleet.SetEligible(2, false);
        for (ulong source = 0; source < 100; source++) fleet.Finished(fleet.Place(source));
        fleet.SetEligible(0, true);
        fleet.SetEligible(2, true);
        int[] shares = Enumerable.Range(0, 300).Select(i =>
        {
            int row = fleet.Place(SourceHash.Of(i));
            fleet.Finished(row);
            return row;
        }).Shares(3);
        Assert.All(shares, share => Assert.InRange(share, 60, 140));
    }

    [Theory, MemberData(nameof(Strategies))]
    public void A_pick_and_its_finish_allocate_nothing(string strategy)
    {
        foreach (int workers in new[] { 1, 10, 1000 })
        {
            var fleet = Fleet.Equal(workers).With(strategy);
            Churn(fleet, workers);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Churn(fleet, workers);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        static void Churn(Candidates fleet, int workers)
        {
            for (int i = 0; i < 2000; i++)
            {
                int row = fleet.Place((ulong)i * 977);
                int other = i % workers;
                fleet.SetEligible(other, i % 3 != 0);
                fleet.SetWeight(other, 1000 + (i % 7), 1);
                if (row >= 0) fleet.Finished(row);
                fleet.SetEligible(other, true);
            }
        }
    }

    [Theory, MemberData(nameof(Strategies))]
    public void Every_entry_names_itself_and_unknown_ids_name_the_known(string strategy)
    {
        Assert.True(StrategyCatalog.TryGet(strategy, out var info));
        Assert.Equal(strategy, info.Id);
        Assert.NotEmpty(info.Description);
        Assert.False(StrategyCatalog.TryGet(strategy.ToUpperInvariant(), out _));
        var error = Assert.Throws<ArgumentException>(() => new Candidates().With("no-such"));
        Assert.Contains(strategy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Those_that_look_at_the_load_bind_late_by_default() =>
        Assert.Equal(["least-connections", "adaptive"], StrategyCatalog.All.Where(s => s.DefaultBinding == Binding.Late).Select(s => s.Id));

    [Theory]
    [InlineData(0, 1.25, "choices = 0: must be from 1 to 16")]
    [InlineData(17, 1.25, "choices = 17: must be from 1 to 16")]
    [InlineData(1, 0.99, "load-factor = 0.99: must be from 1 to 100")]
    [InlineData(1, double.NaN, "load-factor = NaN: must be from 1 to 100")]
    public void Options_out_of_range_are_refused(int choices, double loadFactor, string error)
    {
        var options = new StrategyOptions { Choices = choices, LoadFactor = loadFactor };
        Assert.Equal([error], options.Errors());
        Assert.Throws<ArgumentException>(() => new Candidates().With("random", 1, options));
    }
}
