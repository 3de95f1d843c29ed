namespace ActorBalancer.Strategies;

/// <summary>
/// Each open worker in turn, whatever its weight. The cursor walks a random order of this router's own
/// (<see cref="PickOrder"/>) and is a place between two workers, not a counter: nothing can overflow, and who joins, leaves or
/// is passed over for a while never makes it skip anybody or start again.
/// Any m picks in a row over the same n open workers give each floor(m/n) or ceil(m/n).
/// </summary>
internal sealed class RoundRobinStrategy : IBalancingStrategy, IExplainingStrategy
{
    private readonly Candidates _candidates;
    private readonly PickOrder _order;
    private readonly BitRing _open = new();
    private int _next;

    public RoundRobinStrategy(Candidates candidates, ulong seed)
    {
        _candidates = candidates;
        _order = new PickOrder(seed);
        for (int row = 0; row < candidates.Capacity; row++)
            if (candidates.IsMember(row)) _order.Add(row, candidates.Id(row));
        RefreshOpen();
        if (_order.Count > 0) _next = (int)new Dice(seed).Below((ulong)_order.Count);
    }

    public int Pick(ulong source)
    {
        int place = _open.Next(_next);
        _next = place + 1;
        return _order.Row(place);
    }

    public void Changed(int worker, CandidateChange change)
    {
        if ((change & CandidateChange.Joined) != 0)
        {
            int place = _order.Add(worker, _candidates.Id(worker));
            if (place < _next) _next++;
            RefreshOpen();
        }
        else if ((change & CandidateChange.Left) != 0)
        {
            int place = _order.Remove(worker);
            if (place < _next) _next--;
            RefreshOpen();
        }
        else if ((change & (CandidateChange.Eligibility | CandidateChange.Weight)) != 0)
        {
            _open.Set(_order.Place(worker), _candidates.IsOpen(worker));
        }
    }

    public string ScoreRule => "turns until it is its turn, 0";

    /// <summary>Whoever joins or leaves changes nothing in the order of the others, so the present order tells that of then.</summary>
    public void Explain(PastPick pick)
    {
        if (pick.Chosen < 0 || !_candidates.IsMember(pick.Chosen))
            return;
        int turns = 0;
        for (int i = 0; i < _order.Count; i++)
        {
            int row = _order.Row((_order.Place(pick.Chosen) + i) % _order.Count);
            if (row >= pick.Rows || !pick.IsOpen[row])
                continue;
            pick.WhyNot[row] = "its turn comes later";
            pick.Scores[row] = turns++;
        }
    }

    private void RefreshOpen()
    {
        _open.Reset(_order.Capacity);
        for (int place = 0; place < _order.Count; place++)
            if (_candidates.IsOpen(_order.Row(place))) _open.Set(place, true);
    }
}
