using ActorBalancer.Strategies;

namespace ActorBalancer.Core.Tests.Strategies;

/// <summary>The earliest expected completion: max(load + 1, slots)/weight.</summary>
public sealed class AdaptiveTests
{
    private readonly Candidates _fleet = new();

    [Fact]
    public void Fastest_worker_with_a_free_slot_is_first_then_the_next_and_then_the_shortest_wait_for_its_speed()
    {
        // Two slots each; speeds 1, 2 and 4.
        Join(0, slots: 2, speed: 1);
        Join(1, slots: 2, speed: 2);
        Join(2, slots: 2, speed: 4);
        _fleet.With("adaptive");
        Assert.Equal([2, 2], Picks(2));
        // Its third job would be done after 3/2 of its times, a quarter each: sooner than at the idle one of speed 2.
        Assert.Equal([2], Picks(1));
        // Now 4/8 and 2/4 are equal; the idle one has fewer.
        Assert.Equal([1], Picks(1));
        Assert.Equal(0, _fleet.InFlight(0));
    }

    [Fact]
    public void No_open_worker_is_expected_to_be_done_sooner_whatever_happens()
    {
        Random dice = new(11);
        for (int row = 0; row < 20; row++)
            Join(row, 1 + dice.Next(8), 0.5 + dice.NextDouble() * 4);
        _fleet.With("adaptive");
        for (int i = 0; i < 20_000; i++)
        {
            switch (dice.Next(8))
            {
                case 0: _fleet.SetEligible(dice.Next(20), dice.Next(4) > 0); break;
                case 1: _fleet.SetInFlight(dice.Next(20), dice.Next(30)); break;
                case 2: _fleet.SetWeight(dice.Next(20), 1 + dice.Next(9_000), 1 + dice.Next(8)); break;
                default:
                    int picked = _fleet.Pick((ulong)i);
                    if (picked < 0)
                        break;
                    double best = Enumerable.Range(0, 20).Where(_fleet.IsOpen).Min(Done);
                    Assert.Equal(best, Done(picked));
                    _fleet.Started(picked);
                    break;
            }
        }
    }

    [Fact]
    public void Equals_are_drawn_evenly()
    {
        for (int row = 0; row < 10; row++)
            Join(row, 4, 1);
        _fleet.With("adaptive");
        int[] picks = new int[10];
        for (int i = 0; i < 100_000; i++)
            picks[_fleet.Pick(0)]++;
        // 9 degrees of freedom: above 27.9 in one of a thousand.
        Assert.InRange(picks.Sum(n => (n - 10_000.0) * (n - 10_000.0) / 10_000), 0, 27.9);
    }

    private double Done(int row) => Math.Max(_fleet.InFlight(row) + 1.0, _fleet.Slots(row)) / _fleet.Weight(row);

    private void Join(int row, int slots, double speed) => _fleet.Join(row, (ulong)row, slots, (int)(1000 * slots * speed), eligible: true);

    private int[] Picks(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        int row = _fleet.Pick(0);
        _fleet.Started(row);
        return row;
    })];
}
