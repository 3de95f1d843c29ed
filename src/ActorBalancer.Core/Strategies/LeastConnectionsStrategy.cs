namespace ActorBalancer.Strategies;

/// <summary>
/// The worker with the least (in flight + 1)/weight: what its load would be with this job. Among equals the one with fewer in
/// flight, among those a uniform draw, never the first listed. Arrivals alone are D'Hondt's apportionment.
/// </summary>
/// <remarks>
/// <para>The fraction is kept as a double and still compared exactly, as if cross-multiplied. IEEE 754 division is
/// rounded correctly on every machine, so equal fractions give equal doubles; and different ones give different doubles
/// while (in flight + 1) x weight is below 2^52, which at the largest weight is four million jobs in flight on one worker.
/// Positive doubles order like their bits.</para>
/// <para>Where open workers share up to sixteen weights, <see cref="WeightClasses"/> make everything O(1). Where they do not, or
/// thousands are in flight on one of them, a <see cref="TieTree"/> takes over with the same choices in O(log n). It is
/// looked at again after sixteen changes a row, so switching to and fro costs next to nothing.</para>
/// </remarks>
internal sealed class LeastConnectionsStrategy : IBalancingStrategy, IExplainingStrategy
{
    private readonly Candidates _candidates;
    private readonly int _changesPerLook;
    private readonly WeightClasses _classes = new();
    private TieTree? _tree;
    private bool _inTree;
    private int _changesToLook;
    private Dice _dice;

    public LeastConnectionsStrategy(Candidates candidates, ulong seed, int changesPerLook = 16)
    {
        _candidates = candidates;
        _changesPerLook = changesPerLook;
        _dice = new Dice(seed);
        if (!FitsIntoClasses()) UseTree();
    }

    /// <summary>Whether the workers are too different for classes just now.</summary>
    internal bool InTree => _inTree;

    public int Pick(ulong source)
    {
        if (!_inTree) return _classes.Draw(ref _dice);
        int ties = _tree!.Ties;
        return _tree.Row(ties == 1 ? 0 : (int)_dice.Below((ulong)ties));
    }

    public void Changed(int worker, CandidateChange change)
    {
        if (_inTree)
        {
            SetInTree(worker);
            if (--_changesToLook == 0) LookAgain();
        }
        else if (change == CandidateChange.InFlight ? !_classes.Move(worker, _candidates.InFlight(worker)) : !SetInClasses(worker))
        {
            UseTree();
        }
    }

    public string ScoreRule => "(load + 1) / weight, the least";

    public void Explain(PastPick pick) => pick.ScoreBy(row => (pick.Loads[row] + 1) * 1000.0 / pick.Weights[row], "more in flight for its weight");

    private bool SetInClasses(int row) =>
        _classes.Set(row, _candidates.IsOpen(row) ? _candidates.Weight(row) : 0, _candidates.InFlight(row));

    private void SetInTree(int row)
    {
        if (!_candidates.IsOpen(row))
        {
            _tree!.Set(row, TieTree.Absent, 0);
            return;
        }

        int inFlight = _candidates.InFlight(row);
        double load = (inFlight + 1.0) / _candidates.Weight(row);
        _tree!.Set(row, BitConverter.DoubleToInt64Bits(load), inFlight);
    }

    private bool FitsIntoClasses()
    {
        for (int row = 0; row < _candidates.Capacity; row++)
            if (!SetInClasses(row)) return false;
        return true;
    }

    private void UseTree()
    {
        _classes.Clear();
        _tree ??= new TieTree();
        for (int row = 0; row < _candidates.Capacity; row++) SetInTree(row);
        _inTree = true;
        _changesToLook = _changesPerLook * _candidates.Capacity;
    }

    private void LookAgain()
    {
        _changesToLook = _changesPerLook * _candidates.Capacity;
        if (FitsIntoClasses()) _inTree = false;
        else _classes.Clear();
    }
}
