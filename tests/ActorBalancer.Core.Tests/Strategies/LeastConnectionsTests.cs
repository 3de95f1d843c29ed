using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

public class LeastConnectionsTests
{
    [Fact]
    public void No_eligible_worker_has_a_smaller_load_at_the_pick() =>
        Gen.Select(Storm.Over(40, 600), Gen.ULong).Sample(
            (history, seed) => Storm.Play(new Candidates(1).With("least-connections", seed), history, AssertLeast), iter: 100);

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
