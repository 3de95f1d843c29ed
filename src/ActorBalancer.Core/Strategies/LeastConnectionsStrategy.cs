namespace ActorBalancer.Strategies;

/// <summary>
/// The worker with the least (in flight + 1)/weight: what its load would be with this job. Among equals the one with fewer in
/// flight, among those a uniform draw, never the first listed. Arrivals alone are D'Hondt's apportionment.
/// </summary>
/// <remarks>
/// The fraction is kept as a double and still compared exactly, as if cross-multiplied. IEEE 754 division is
/// rounded correctly on every machine, so equal fractions give equal doubles; and different ones give different doubles
/// while (in flight + 1) x weight is below 2^52, which at the largest weight is four million jobs in flight on one worker.
/// Positive doubles order like their bits.
/// </remarks>
internal sealed class LeastConnectionsStrategy : IBalancingStrategy
{
    private readonly Candidates _candidates;
    private readonly TieTree _tree = new();
    private Dice _dice;

    public LeastConnectionsStrategy(Candidates candidates, ulong seed)
    {
        _candidates = candidates;
        _dice = new Dice(seed);
        for (int row = 0; row < candidates.Capacity; row++)
            if (candidates.IsOpen(row)) Changed(row, CandidateChange.Joined);
    }

    public int Pick(ulong source)
    {
        int ties = _tree.Ties;
        return _tree.Row(ties == 1 ? 0 : (int)_dice.Below((ulong)ties));
    }

    public void Changed(int worker, CandidateChange change)
    {
        if (!_candidates.IsOpen(worker))
        {
            _tree.Set(worker, TieTree.Absent, 0);
            return;
        }

        int inFlight = _candidates.InFlight(worker);
        double load = (inFlight + 1.0) / _candidates.Weight(worker);
        _tree.Set(worker, BitConverter.DoubleToInt64Bits(load), inFlight);
    }
}
