using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

public class LeastConnectionsTests
{
    [Fact]
    public void No_eligible_worker_has_a_smaller_load_at_the_pick() =>
        Gen.Select(Storm.Over(40, 600), Gen.ULong).Sample(
            (history, seed) => Storm.Play(new Candidates(1).With("least-connections", seed), history, AssertLeast), iter: 100);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public void Workers_of_few_weights_are_compared_no_less_exactly(int weights) =>
        Gen.Select(Storm.Over(40, 1500), Gen.ULong).Sample(
            (history, seed) =>
            {
                // Weight 1, 2, 3 ... or none: many loads are equal, so the second look at who has fewer in flight matters.
                var few = history.Select(gust => gust with { Number = 1000 * (gust.Number % (weights + 1)) }).ToArray();
                Storm.Play(new Candidates(1).With("least-connections", seed), few, AssertLeast);
            },
            iter: 40);

    [Fact]
    public void Every_choice_is_the_least_while_workers_grow_apart_and_together_again()
    {
        int switches = 0;
        Gen.Select(Storm.Over(60, 2000), Gen.ULong).Sample(
            (history, seed) =>
            {
                // Up to thirty weights, of which about half are there at once: now too many for classes, now not.
                var near = history.Select(gust => gust with { Number = 1000 + (40 * (gust.Number % 30)) }).ToArray();
                var fleet = new Candidates(1);
                var strategy = new LeastConnectionsStrategy(fleet, seed, changesPerLook: 1);
                fleet.Attach(strategy);
                bool inTree = false;
                Storm.Play(fleet, near, (_, picked) =>
                {
                    AssertLeast(fleet, picked);
                    if (strategy.InTree != inTree) Interlocked.Increment(ref switches);
                    inTree = strategy.InTree;
                });
            },
            iter: 40);
        Assert.True(switches >= 20, $"only {switches} switches");
    }

    [Fact]
    public void A_worker_with_thousands_in_flight_is_compared_with_the_others()
    {
        var fleet = Fleet.Of(1, 1, 1000);
        var strategy = new LeastConnectionsStrategy(fleet, 1, changesPerLook: 1);
        fleet.Attach(strategy);
        fleet.SetInFlight(0, 3);
        fleet.SetInFlight(1, 5);
        for (int row = 0; row < 3001; row++) fleet.Started(2);
        Assert.False(strategy.InTree);
        Assert.Equal(2, fleet.Pick(0));
        fleet.SetInFlight(2, 4001);
        Assert.Equal(0, fleet.Pick(0));
        fleet.SetInFlight(2, 4_000_000);
        Assert.True(strategy.InTree);
        Assert.Equal(0, fleet.Pick(0));
        fleet.SetInFlight(0, 10_000_000);
        Assert.Equal(1, fleet.Pick(0));
        fleet.SetInFlight(2, 0);
        fleet.SetInFlight(0, 0);
        for (int i = 0; i < 20; i++) fleet.Finished(fleet.Place());
        Assert.False(strategy.InTree);
        Assert.Equal(2, fleet.Pick(0));
    }

    [Fact]
    public void Loads_are_compared_exactly_at_the_largest_weights() =>
        Gen.Select(Gen.Int[999_999_000, 1_000_000_000].Array[20], Gen.Int[0, 4_000_000].Array[20]).Sample((weights, inFlight) =>
        {
            var fleet = Fleet.OfThousandths(weights).With("least-connections");
            for (int row = 0; row < 20; row++) fleet.SetInFlight(row, inFlight[0] + (inFlight[row] % 2));
            AssertLeast(fleet, fleet.Pick(0));
        });

    [Fact]
    public void Among_equal_loads_fewer_in_flight_win()
    {
        var fleet = Fleet.Of(2, 1, 3).With("least-connections");
        fleet.SetInFlight(0, 1);
        fleet.SetInFlight(2, 2);
        Assert.All(fleet.Picks(50), row => Assert.Equal(1, row));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(500)]
    public void Ties_are_uniform(int workers)
    {
        var fleet = Fleet.Equal(workers).With("least-connections");
        int[] shares = fleet.Picks(200 * workers).Shares(workers);
        Assert.InRange(Fleet.ChiSquareDeviations(shares, [.. Enumerable.Repeat(200.0, workers)]), -4, 5);
    }

    [Fact]
    public void Ties_stay_uniform_when_jobs_come_and_go()
    {
        // Each job finishes before the next: all are idle at every pick, and nobody may be favoured for having just served.
        var fleet = Fleet.Equal(50).With("least-connections");
        int[] picks = [.. Enumerable.Range(0, 50_000).Select(_ =>
        {
            int row = fleet.Place();
            fleet.Finished(row);
            return row;
        })];
        Assert.InRange(Fleet.ChiSquareDeviations(picks.Shares(50), [.. Enumerable.Repeat(1000.0, 50)]), -4, 5);
        int repeats = picks.Zip(picks.Skip(1)).Count(pair => pair.First == pair.Second);
        Assert.InRange(repeats, 850, 1150);
    }

    [Fact]
    public void Ties_stay_uniform_when_eligibility_and_weights_come_and_go()
    {
        var fleet = Fleet.Equal(60).With("least-connections");
        var dice = new Dice(3);
        int[] shares = new int[60];
        for (int i = 0; i < 60_000; i++)
        {
            // Thirty of sixty are tied at each pick: closed, of half the weight or with a job in flight are the others.
            int at = (int)dice.Below(60);
            for (int k = 0; k < 60; k++)
            {
                int row = (at + k) % 60;
                fleet.SetEligible(row, k >= 10);
                fleet.SetWeight(row, k is >= 10 and < 20 ? 500 : 1000, 1);
                fleet.SetInFlight(row, k is >= 20 and < 30 ? 1 : 0);
            }

            int picked = fleet.Pick(0);
            Assert.InRange((picked - at + 60) % 60, 30, 59);
            shares[(picked - at + 60) % 60]++;
        }

        Assert.InRange(Fleet.ChiSquareDeviations(shares[30..], [.. Enumerable.Repeat(2000.0, 30)]), -4, 5);
    }

    [Fact]
    public void Arrivals_alone_are_apportioned_by_DHondt() =>
        Gen.Select(Gen.Int[1, 3000].Array[2, 40], Gen.Int[1, 800]).Sample((weights, jobs) =>
        {
            var fleet = Fleet.OfThousandths(weights).With("least-connections");
            for (int i = 0; i < jobs; i++) fleet.Place();
            int[] seats = [.. Enumerable.Range(0, weights.Length).Select(fleet.InFlight)];
            // D'Hondt by its definition: no party's last quotient is below any other's next one.
            for (int a = 0; a < weights.Length; a++)
            {
                for (int b = 0; b < weights.Length; b++)
                    Assert.True(seats[a] == 0 || (long)weights[a] * (seats[b] + 1) >= (long)weights[b] * seats[a]);
            }
        });

    private static void AssertLeast(Candidates fleet, int picked)
    {
        Storm.AssertFair(fleet, picked);
        if (picked < 0) return;
        for (int row = 0; row < fleet.Capacity; row++)
        {
            if (!fleet.IsOpen(row)) continue;
            long ours = (fleet.InFlight(picked) + 1L) * fleet.Weight(row);
            long other = (fleet.InFlight(row) + 1L) * fleet.Weight(picked);
            Assert.True(ours < other || (ours == other && fleet.InFlight(picked) <= fleet.InFlight(row)));
        }
    }
}
