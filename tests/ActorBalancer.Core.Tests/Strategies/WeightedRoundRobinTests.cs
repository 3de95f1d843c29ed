using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

public class WeightedRoundRobinTests
{
    private static readonly Gen<int[]> Weights = Gen.OneOf(
        Gen.Int[1, 10].Array[1, 60], Gen.Int[1, 100_000].Array[1, 40], Gen.Int[1, Candidates.MaxWeight].Array[1, 12]);

    [Fact]
    public void Everybody_is_within_one_pick_of_its_share_after_every_pick() =>
        Gen.Select(Weights, Gen.ULong).Sample((weights, seed) =>
        {
            var fleet = Fleet.OfThousandths(weights).With("weighted-round-robin", seed);
            AssertWithinOnePick(fleet, weights, 1500);
        });

    [Fact]
    public void Every_period_is_exact() =>
        Gen.Select(Gen.Int[1, 60].Array[1, 30], Gen.ULong, Gen.Int[1, 4000]).Sample((weights, seed, unit) =>
        {
            var fleet = Fleet.OfThousandths([.. weights.Select(w => w * unit)]).With("weighted-round-robin", seed);
            for (int period = 0; period < 5; period++) Assert.Equal(weights, fleet.Picks(weights.Sum()).Shares(weights.Length));
        });

    [Fact]
    public void A_weight_change_moves_nobodys_due_at_once_and_nobody_by_more_than_one_pick_after() =>
        Gen.Select(Gen.Int[1, 5000].Array[2, 40], Gen.Int[0, 3000], Gen.Int[0, 39], Gen.Int[1, 5000], Gen.ULong).Sample(
            (weights, before, who, weight, seed) =>
            {
                who %= weights.Length;
                var fleet = Fleet.OfThousandths(weights);
                var strategy = new WeightedRoundRobinStrategy(fleet, seed);
                fleet.Attach(strategy);
                fleet.Picks(before);
                double[] due = [.. weights.Select((_, row) => strategy.Lag(row))];
                fleet.SetWeight(who, weight, 1);
                for (int row = 0; row < weights.Length; row++) Assert.Equal(due[row], strategy.Lag(row), 1e-6);
                Assert.All(due, lag => Assert.InRange(lag, -1, 1));
                weights[who] = weight;
                AssertCloseTo(fleet, weights, due, 1000);
            });

    [Fact]
    public void Whoever_closes_and_opens_again_neither_owes_nor_is_owed_a_burst() =>
        Gen.Select(Storm.Over(30, 800), Gen.ULong).Sample(
            (history, seed) =>
            {
                var fleet = new Candidates(32);
                for (int row = 0; row < 30; row++) fleet.Join(row, Fleet.IdOf(row), 1, 1000 + (row * 300), true);
                var strategy = new WeightedRoundRobinStrategy(fleet, seed);
                fleet.Attach(strategy);
                Storm.Play(fleet, history);
                int[] open = [.. Enumerable.Range(0, 30).Where(fleet.IsOpen)];
                if (open.Length == 0) return;
                double owed = open.Sum(strategy.Lag);
                Assert.InRange(owed, -1e-6, 1 + 1e-6);
                int picks = 10 * open.Length;
                int[] shares = fleet.Picks(picks).Shares(fleet.Capacity);
                foreach (int row in open)
                    Assert.InRange(shares[row] - ((double)picks * fleet.Weight(row) / fleet.TotalWeight), -3, 3);
            },
            iter: 300);

    [Fact]
    public void Flipping_closed_and_open_between_picks_changes_no_share()
    {
        // The worker runs out of credit after each of its jobs and gets it back before the next pick: nothing is gained by it.
        var fleet = Fleet.Of(5, 3, 2).With("weighted-round-robin");
        int[] shares = new int[3];
        for (int i = 0; i < 10_000; i++)
        {
            int row = fleet.Pick(0);
            shares[row]++;
            fleet.SetEligible(row, false);
            fleet.SetEligible(row, true);
        }

        Assert.InRange(shares[0], 4999, 5001);
        Assert.InRange(shares[1], 2999, 3001);
        Assert.InRange(shares[2], 1999, 2001);
    }

    [Fact]
    public void Virtual_time_starting_anew_is_invisible() =>
        Gen.Select(Gen.Int[1, 9].Array[2, 20], Gen.ULong).Sample((weights, seed) =>
        {
            // With weights of a few thousandths the clock starts anew every few dozen picks.
            var fresh = Fleet.OfThousandths(weights);
            fresh.Attach(new WeightedRoundRobinStrategy(fresh, seed));
            var late = Fleet.OfThousandths(weights);
            late.Attach(new WeightedRoundRobinStrategy(late, seed, startAt: (1L << 61) - 1));
            int[] picks = late.Picks(3000);
            Assert.Equal(fresh.Picks(3000), picks);
        });

    [Fact]
    public void A_fleet_that_joins_one_by_one_before_the_first_pick_is_exact_as_well()
    {
        var fleet = new Candidates(1).With("weighted-round-robin", 4);
        for (int row = 0; row < 100; row++) fleet.Join(row, Fleet.IdOf(row), 1, 1000 * (1 + (row % 3)), true);
        Assert.Equal(Enumerable.Range(0, 100).Select(row => 1 + (row % 3)), fleet.Picks(199).Shares(100));
    }

    private static void AssertWithinOnePick(Candidates fleet, int[] weights, int picks)
    {
        long total = weights.Sum(w => (long)w);
        long[] picked = new long[weights.Length];
        for (int t = 1; t <= picks; t++)
        {
            picked[fleet.Pick(0)]++;
            for (int row = 0; row < weights.Length; row++)
            {
                Int128 deviation = ((Int128)picked[row] * total) - ((Int128)t * weights[row]);
                Assert.True(-total < deviation && deviation < total, $"row {row} is {deviation}/{total} picks off after {t} picks");
            }
        }
    }

    private static void AssertCloseTo(Candidates fleet, int[] weights, double[] due, int picks)
    {
        double total = weights.Sum(w => (double)w);
        int[] picked = new int[weights.Length];
        for (int t = 1; t <= picks; t++)
        {
            picked[fleet.Pick(0)]++;
            for (int row = 0; row < weights.Length; row++)
                Assert.InRange(picked[row] - (t * weights[row] / total) - due[row], -2, 1 + 1e-6);
        }
    }
}
