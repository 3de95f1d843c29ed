namespace ActorBalancer.Strategies;

/// <summary>
/// The worker where the job is expected to be done first: ((load - slots + 1)+ / slots + 1) / speed, where the load is what the worker is known
/// to hold (its last report of other routers' jobs, and what this one sent) and the speed is its weight by its slots. Among equals the one
/// with fewer jobs, among those a uniform draw.
/// </summary>
/// <remarks>
/// With speed = weight/slots the expression is max(load + 1, slots)/weight. While a worker has a free slot its load does not count, so the
/// fastest idle one wins; from then on it is <c>least-connections</c>. It is kept as a double, which is exact for the reasons given there.
/// A pick is O(log n).
/// </remarks>
internal sealed class AdaptiveStrategy : IBalancingStrategy, IExplainingStrategy
{
    private readonly Candidates _candidates;
    private readonly TieTree _tree = new();
    private Dice _dice;

    public AdaptiveStrategy(Candidates candidates, ulong seed)
    {
        _candidates = candidates;
        _dice = new Dice(seed);
        for (int row = 0; row < candidates.Capacity; row++)
            Set(row);
    }

    public int Pick(ulong source)
    {
        int ties = _tree.Ties;
        return _tree.Row(ties == 1 ? 0 : (int)_dice.Below((ulong)ties));
    }

    public void Changed(int worker, CandidateChange change) => Set(worker);

    public string ScoreRule => "max(load + 1, slots) / weight, the least; then the least load";

    public void Explain(PastPick pick) => pick.ScoreBy(row => Math.Max(pick.Loads[row] + 1, pick.Slots[row]) * 1000.0 / pick.Weights[row], "a job would be done later there");

    private void Set(int row)
    {
        if (!_candidates.IsOpen(row))
        {
            _tree.Set(row, TieTree.Absent, 0);
            return;
        }
        int load = _candidates.InFlight(row);
        double done = Math.Max(load + 1.0, _candidates.Slots(row)) / _candidates.Weight(row);
        _tree.Set(row, BitConverter.DoubleToInt64Bits(done), load);
    }
}
