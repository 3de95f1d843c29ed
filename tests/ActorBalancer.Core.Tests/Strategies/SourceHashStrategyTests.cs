using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

public class SourceHashStrategyTests
{
    private const int Keys = 20_000;

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(150)]
    public void Removal_moves_only_the_removed_members_keys_and_its_return_restores_them(int workers)
    {
        var fleet = Mixed(workers).With("source-hash");
        ulong[] before = Homes(fleet);
        int gone = workers / 2;
        fleet.Leave(gone);
        ulong[] without = Homes(fleet);
        for (int key = 0; key < Keys; key++)
        {
            if (before[key] != Fleet.IdOf(gone)) Assert.Equal(before[key], without[key]);
            else Assert.NotEqual(before[key], without[key]);
        }

        fleet.Join(gone, Fleet.IdOf(gone), 1, WeightOf(gone), true);
        Assert.Equal(before, Homes(fleet));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(120)]
    public void A_join_takes_keys_for_itself_only(int workers)
    {
        var fleet = Mixed(workers).With("source-hash");
        ulong[] before = Homes(fleet);
        fleet.Join(workers, Fleet.IdOf(workers), 1, WeightOf(workers), true);
        ulong[] after = Homes(fleet);
        for (int key = 0; key < Keys; key++) Assert.True(after[key] == before[key] || after[key] == Fleet.IdOf(workers));
    }

    [Fact]
    public void A_weight_change_moves_keys_to_or_from_that_worker_only() =>
        Gen.Select(Gen.Int[2, 100], Gen.Int[0, 99], Gen.Int[0, 5000]).Sample(
            (workers, who, weight) =>
            {
                who %= workers;
                var fleet = Mixed(workers).With("source-hash");
                ulong[] before = Homes(fleet, 3000);
                bool grows = weight > fleet.Weight(who);
                fleet.SetWeight(who, weight, 1);
                ulong[] after = Homes(fleet, 3000);
                for (int key = 0; key < before.Length; key++)
                    Assert.True(before[key] == after[key] || (grows ? after[key] : before[key]) == Fleet.IdOf(who));
            },
            iter: 60);

    [Theory]
    [InlineData(16, 1_200)]
    [InlineData(16, 800)]
    [InlineData(100, 1_200)]
    public void Learned_weight_that_moves_by_a_fifth_moves_no_more_keys_than_its_share_grows_or_shrinks(int workers, int thousandths)
    {
        var fleet = Mixed(workers).With("source-hash");
        ulong[] before = Homes(fleet);
        double share = fleet.Weight(3) / (double)fleet.TotalWeight;
        fleet.SetWeight(3, fleet.Weight(3) * thousandths / 1_000, 1);
        double moved = Homes(fleet).Where((home, key) => home != before[key]).Count() / (double)Keys;
        double due = Math.Abs((fleet.Weight(3) / (double)fleet.TotalWeight) - share);
        Assert.InRange(moved, 0.5 * due, (1.5 * due) + 0.002);
    }

    [Fact]
    public void The_choice_is_equal_on_every_node_whatever_its_history() =>
        Gen.Select(Storm.Over(120, 1500), Gen.Int[0, 200]).Sample(
            (history, first) =>
            {
                var old = new Candidates(1).With("source-hash", 1);
                Storm.Play(old, history);
                var fresh = new Candidates();
                int[] rows = [.. Enumerable.Range(0, old.Capacity).Where(old.IsMember)];
                foreach (int row in rows)
                {
                    old.SetInFlight(row, 0);
                    old.SetEligible(row, true);
                    fresh.Join(200 - row, old.Id(row), old.Slots(row), old.Weight(row), true);
                }

                fresh.With("source-hash", 2);
                if (old.OpenCount > 0) Assert.Equal(Homes(old, 2000, first), Homes(fresh, 2000, first));
            },
            iter: 40);

    [Fact]
    public void The_table_gives_what_the_search_gives() =>
        Gen.Select(Storm.Over(60, 600), Gen.Int[0, 1000]).Sample(
            (history, first) =>
            {
                var (searched, looked) = (new Candidates(), new Candidates());
                searched.Attach(new SourceHashStrategy(searched, StrategyOptions.Default, tableAbove: 64));
                looked.Attach(new SourceHashStrategy(looked, StrategyOptions.Default, tableAbove: 1));
                foreach (var fleet in new[] { searched, looked })
                {
                    // Picks on the way fill slots of the table that later changes must bring up to date.
                    Storm.Play(fleet, history);
                    foreach (int row in Enumerable.Range(0, fleet.Capacity).Where(fleet.IsMember))
                    {
                        fleet.SetInFlight(row, 0);
                        fleet.SetEligible(row, true);
                    }
                }

                if (searched.OpenCount > 0) Assert.Equal(Homes(searched, 1000, first), Homes(looked, 1000, first));
            },
            iter: 100);

    [Fact]
    public void The_second_choice_takes_over_while_the_first_is_closed()
    {
        foreach (int workers in new[] { 20, 100 })
        {
            var fleet = Mixed(workers).With("source-hash");
            ulong[] before = Homes(fleet);
            fleet.SetEligible(7, false);
            ulong[] closed = Homes(fleet);
            fleet.Leave(7);
            Assert.Equal(closed, Homes(fleet));
            Assert.All(before.Zip(closed), pair => Assert.True(pair.First == pair.Second || pair.First == Fleet.IdOf(7)));
        }
    }

    [Theory]
    [InlineData(10, 100_000)]
    [InlineData(200, 400_000)]
    public void Shares_are_those_of_the_weights(int workers, int keys)
    {
        var fleet = Mixed(workers).With("source-hash");
        int[] shares = Enumerable.Range(0, keys).Select(key => fleet.Pick(SourceHash.Of(key))).Shares(workers);
        double[] expected = [.. Enumerable.Range(0, workers).Select(row => (double)keys * fleet.Weight(row) / fleet.TotalWeight)];
        // 2^20 slots deal shares out with a chance of their own, which adds keys/2^20 to the variance of the keys'.
        Assert.InRange(Fleet.ChiSquareDeviations(shares, expected) / (1 + ((double)keys / SourceHashStrategy.SlotCount)), -5, 6);
    }

    [Fact]
    public void Load_stays_within_the_bound_and_overflow_keeps_what_it_can() =>
        Gen.Select(Gen.Int[1, 8].Array[2, 100], Gen.Int[0, 3], Gen.Double[1, 3], Gen.Int[1, 20]).Sample(
            (weights, slots, factor, sources) =>
            {
                var fleet = new Candidates();
                for (int row = 0; row < weights.Length; row++) fleet.Join(row, Fleet.IdOf(row), slots, weights[row] * 1000, true);
                var strategy = new SourceHashStrategy(fleet, new StrategyOptions { LoadFactor = factor });
                fleet.Attach(strategy);
                for (int job = 0; job < 2000; job++)
                {
                    int row = fleet.Pick(SourceHash.Of(job % sources));
                    Assert.True(row >= 0);
                    Assert.True(fleet.InFlight(row) < strategy.CapOf(row), "the picked worker was at its cap");
                    fleet.Started(row);
                }
            },
            iter: 60);

    [Fact]
    public void Overflow_goes_to_the_next_in_rendezvous_order()
    {
        var fleet = Fleet.Equal(12).With("source-hash");
        List<int> order = [];
        while (fleet.OpenCount > 0)
        {
            order.Add(fleet.Pick(77));
            fleet.SetEligible(order[^1], false);
        }

        for (int row = 0; row < 12; row++) fleet.SetEligible(row, true);
        // Each has one slot, and 1.25 x 9 jobs/12 is still at most one: the first nine jobs walk down the order.
        Assert.Equal(order[..9], Enumerable.Range(0, 9).Select(_ => fleet.Place(77)));
    }

    [Fact]
    public void Sixteen_full_choices_do_not_make_a_pick_walk_the_fleet()
    {
        // One source for all jobs of a large fleet: every pick still finds room, and most keep to the first choices.
        var fleet = Fleet.Equal(500).With("source-hash");
        for (int job = 0; job < 5000; job++) Assert.True(fleet.Place(1) >= 0);
        Assert.All(Enumerable.Range(0, 500), row => Assert.InRange(fleet.InFlight(row), 0, 13));
    }

    [Theory]
    [InlineData(100, 8_000)]
    [InlineData(5_000, 200_000)]
    [InlineData(2_000_000, 30_000_000)]
    public void Memory_grows_with_the_sources_that_were_seen(int sources, int bytes)
    {
        // All that is allocated on the way counts, so what is kept is less; all slots at once would be eight million bytes.
        var fleet = Fleet.Equal(9);
        Homes(fleet.With("source-hash"), 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        fleet.With("source-hash");
        for (int i = 0; i < sources; i++) fleet.Pick(SourceHash.Of(i));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, bytes);
    }

    [Fact]
    public void A_table_that_grew_while_the_fleet_changed_is_as_one_made_new()
    {
        var fleet = Mixed(20).With("source-hash");
        for (int change = 0; change < 300; change++)
        {
            Homes(fleet, 200, change * 40);
            if (change % 3 == 0) fleet.SetWeight(change % 20, 1000 + (change * 7 % 4000), 1);
        }

        ulong[] grown = Homes(fleet);
        Assert.Equal(grown, Homes(fleet.With("source-hash")));
        Assert.Equal(grown, Homes(fleet));
    }

    [Fact]
    public void Keys_stay_when_every_slot_has_been_asked_for()
    {
        var fleet = Mixed(10).With("source-hash");
        ulong[] before = Homes(fleet);
        for (int key = 0; key < 1_500_000; key++) fleet.Pick(SourceHash.Of(key));
        Assert.Equal(before, Homes(fleet));
    }

    internal static ulong[] Homes(Candidates fleet, int keys = Keys, int first = 0) =>
        [.. Enumerable.Range(first, keys).Select(key => fleet.Id(fleet.Pick(SourceHash.Of(key))))];

    private static int WeightOf(int row) => 1000 * (1 + (row % 4));

    private static Candidates Mixed(int workers) => Fleet.OfThousandths([.. Enumerable.Range(0, workers).Select(WeightOf)]);
}
