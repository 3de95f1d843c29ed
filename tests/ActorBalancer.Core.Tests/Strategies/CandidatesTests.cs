using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

public class CandidatesTests
{
    [Fact]
    public void Totals_are_those_of_the_rows_after_any_history() =>
        Storm.Over(20, 300).Sample(history =>
        {
            var fleet = new Candidates(1).With("random");
            Storm.Play(fleet, history);
            int[] members = [.. Enumerable.Range(0, fleet.Capacity).Where(fleet.IsMember)];
            int[] open = [.. members.Where(r => fleet.IsEligible(r) && fleet.Weight(r) > 0)];
            Assert.Equal(members.Length, fleet.MemberCount);
            Assert.Equal(members.Count(fleet.IsEligible), fleet.EligibleCount);
            Assert.Equal(open, Enumerable.Range(0, fleet.Capacity).Where(fleet.IsOpen));
            Assert.Equal(open.Length, fleet.OpenCount);
            Assert.Equal(open.Sum(r => (long)fleet.Weight(r)), fleet.TotalWeight);
            Assert.Equal(open.Sum(r => (long)fleet.InFlight(r)), fleet.OpenInFlight);
            Assert.Equal(members.Sum(r => (long)fleet.InFlight(r)), fleet.TotalInFlight);
            Assert.All(members, r => Assert.True(fleet.InFlight(r) >= 0));
        });

    [Fact]
    public void Counts_in_flight_never_fall_below_zero()
    {
        var fleet = Fleet.Of(1);
        fleet.Started(0);
        fleet.Finished(0);
        Assert.Throws<InvalidOperationException>(() => fleet.Finished(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => fleet.SetInFlight(0, -1));
        Assert.Equal(0, fleet.InFlight(0));
    }

    [Fact]
    public void The_strategy_hears_of_real_changes_only()
    {
        var fleet = Fleet.Of(1);
        var heard = new Listener();
        fleet.Attach(heard);
        fleet.SetEligible(0, true);
        fleet.SetWeight(0, 1000, 1);
        fleet.SetInFlight(0, 0);
        Assert.Empty(heard.Changes);
        fleet.SetEligible(0, false);
        fleet.SetWeight(0, 1000, 2);
        fleet.SetInFlight(0, 3);
        fleet.Leave(0);
        fleet.Join(0, 5, 1, 1, true);
        Assert.Equal(
            [CandidateChange.Eligibility, CandidateChange.Weight, CandidateChange.InFlight, CandidateChange.Left, CandidateChange.Joined],
            heard.Changes);
    }

    [Fact]
    public void Rows_are_used_once_at_a_time()
    {
        var fleet = Fleet.Of(1);
        Assert.Throws<InvalidOperationException>(() => fleet.Join(0, 1, 1, 1, true));
        fleet.Leave(0);
        Assert.Throws<InvalidOperationException>(() => fleet.Leave(0));
        Assert.Throws<InvalidOperationException>(() => fleet.Started(0));
        Assert.Throws<InvalidOperationException>(() => fleet.SetEligible(99, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => fleet.Join(0, 1, 1, -1, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => fleet.Join(0, 1, 1, Candidates.MaxWeight + 1, true));
        Assert.Throws<InvalidOperationException>(() => fleet.Pick(0));
    }

    private sealed class Listener : IBalancingStrategy
    {
        public List<CandidateChange> Changes { get; } = [];

        public void Changed(int worker, CandidateChange change) => Changes.Add(change);

        public int Pick(ulong source) => 0;
    }
}
