using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

public class RoundRobinTests
{
    [Fact]
    public void Any_window_of_picks_gives_everybody_the_floor_or_the_ceiling() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[0, 500], Gen.Int[1, 700], Gen.ULong).Sample((workers, skip, window, seed) =>
        {
            var fleet = Fleet.Equal(workers).With("round-robin", seed);
            fleet.Picks(skip);
            int[] shares = fleet.Picks(window).Shares(workers);
            Assert.All(shares, share => Assert.InRange(share, window / workers, (window + workers - 1) / workers));
        });

    [Fact]
    public void Between_two_turns_of_a_worker_all_that_stayed_open_have_exactly_one() =>
        Gen.Select(Storm.Over(70, 1500), Gen.ULong).Sample(
            (history, seed) =>
            {
                // Rows 70 to 73 are never touched by the storm: whatever happens around them, they go in turn.
                var fleet = new Candidates().With("round-robin", seed);
                for (int row = 70; row < 74; row++) fleet.Join(row, Fleet.IdOf(row), 1, 1000, true);
                List<int> turns = [];
                Storm.Play(fleet, history, (_, row) =>
                {
                    if (row >= 70) turns.Add(row);
                });
                Assert.True(turns.Count >= 4, "the storm left no picks");
                for (int i = 4; i < turns.Count; i++) Assert.Equal(turns[i - 4], turns[i]);
                Assert.Equal(4, turns.Take(4).Distinct().Count());
            },
            iter: 50);

    [Fact]
    public void Weights_are_ignored()
    {
        var fleet = Fleet.Of(1, 100, 7).With("round-robin");
        Assert.Equal([200, 200, 200], fleet.Picks(600).Shares(3));
    }

    [Fact]
    public void Several_routers_start_out_of_phase()
    {
        int[] first = [.. Enumerable.Range(0, 2000).Select(seed => Fleet.Equal(10).With("round-robin", (ulong)seed).Pick(0))];
        Assert.InRange(Fleet.ChiSquareDeviations(first.Shares(10), [.. Enumerable.Repeat(200.0, 10)]), -3, 5);
        int[] ofTwo = [.. Enumerable.Range(0, 2000).Select(seed => Fleet.Equal(2).With("round-robin", (ulong)seed).Pick(0))];
        Assert.InRange(ofTwo.Shares(2)[0], 900, 1100);
    }

    [Fact]
    public void The_order_is_that_of_the_members_not_of_their_rows_or_joining()
    {
        var (up, down) = (new Candidates(), new Candidates());
        for (int i = 0; i < 20; i++) up.Join(i, Fleet.IdOf(i), 1, 1000, true);
        for (int i = 19; i >= 0; i--) down.Join(40 + i, Fleet.IdOf(i), 1, 1000, true);
        ulong[] a = [.. up.With("round-robin", 5).Picks(40).Select(up.Id)];
        ulong[] b = [.. down.With("round-robin", 5).Picks(40).Select(down.Id)];
        Assert.Equal(a, b);
    }

    [Fact]
    public void A_worker_that_returns_has_its_old_place()
    {
        var fleet = Fleet.Equal(10).With("round-robin", 3);
        int[] before = fleet.Picks(10);
        int gone = before[4];
        fleet.Leave(gone);
        Assert.Equal(before.Where(row => row != gone), fleet.Picks(9));
        fleet.Join(gone, Fleet.IdOf(gone), 1, 1000, true);
        Assert.Equal(before, fleet.Picks(10));
    }
}
