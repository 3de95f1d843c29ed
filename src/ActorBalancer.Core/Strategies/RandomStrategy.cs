namespace ActorBalancer.Strategies;

/// <summary>
/// A draw by weight, unbiased to the last bit. With <see cref="StrategyOptions.Choices"/> d above 1: d different workers
/// are drawn by weight, and the one with the least (in flight + 1)/weight of them gets the job, the first drawn among equals
/// (Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001).
/// </summary>
internal sealed class RandomStrategy : IBalancingStrategy, IExplainingStrategy
{
    private readonly Candidates _candidates;
    private readonly int _choices;
    private readonly SumTree _weights = new();
    private Dice _dice;

    public RandomStrategy(Candidates candidates, StrategyOptions options, ulong seed)
    {
        _candidates = candidates;
        _choices = options.Choices;
        _dice = new Dice(seed);
        for (int row = 0; row < candidates.Capacity; row++)
            if (candidates.IsOpen(row)) _weights.Set(row, candidates.Weight(row));
    }

    public int Pick(ulong source) =>
        _choices == 1 ? _weights.Find((long)_dice.Below((ulong)_weights.Total), out _) : PickLeastOfSeveral();

    public void Changed(int worker, CandidateChange change)
    {
        if (change != CandidateChange.InFlight) _weights.Set(worker, _candidates.IsOpen(worker) ? _candidates.Weight(worker) : 0);
    }

    public string ScoreRule => _choices == 1
        ? "its chance in the draw"
        : $"of {_choices} drawn by weight the least (load + 1) / weight";

    public void Explain(PastPick pick)
    {
        long total = 0;
        for (int row = 0; row < pick.Rows; row++)
            total += pick.IsOpen[row] ? pick.Weights[row] : 0;
        for (int row = 0; row < pick.Rows; row++)
        {
            if (_choices > 1 && pick.Weights[row] > 0)
                pick.Scores[row] = (pick.Loads[row] + 1) * 1000.0 / pick.Weights[row];
            else if (pick.IsOpen[row])
                pick.Scores[row] = (double)pick.Weights[row] / total;
            pick.WhyNot[row] = _choices == 1 ? "not drawn" : "not drawn, or more in flight";
        }
    }

    /// <summary>
    /// Draws without returning: the spans of those already drawn, kept in ascending order, are cut out of the line of
    /// weights before each draw.
    /// </summary>
    private int PickLeastOfSeveral()
    {
        int draws = Math.Min(_choices, _candidates.OpenCount);
        Span<(long Start, long Length)> drawn = stackalloc (long, long)[StrategyOptions.MaxChoices];
        long total = _weights.Total;
        int best = -1;
        for (int n = 0; n < draws; n++)
        {
            long point = (long)_dice.Below((ulong)total);
            int at = 0;
            for (; at < n && point >= drawn[at].Start; at++) point += drawn[at].Length;
            int row = _weights.Find(point, out long start);
            int weight = _candidates.Weight(row);
            drawn[at..n].CopyTo(drawn[(at + 1)..]);
            drawn[at] = (start, weight);
            total -= weight;
            if (best < 0 || IsLessLoaded(row, best)) best = row;
        }

        return best;
    }

    private bool IsLessLoaded(int row, int than) =>
        (_candidates.InFlight(row) + 1L) * _candidates.Weight(than) < (_candidates.InFlight(than) + 1L) * _candidates.Weight(row);
}
