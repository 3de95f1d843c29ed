namespace ActorBalancer.Strategies;

/// <summary>
/// Turns by weight, spread as evenly as whole jobs allow. Earliest eligible virtual deadline first: worker i with k
/// picks so far is eligible once k/w_i is no more than the virtual time t/W, and the smallest (k+1)/w_i of the eligible
/// gets the job (Bennett, Zhang, "WF2Q: worst-case fair weighted fair queueing", INFOCOM 1996; Stoica, Abdel-Wahab, "Earliest
/// eligible virtual deadline first", 1995; Tijdeman, "The chairman assignment problem", 1980). So after every t picks of an
/// unchanged fleet -1 &lt; k - t w_i/W &lt; 1, and every period is exact. Equal deadlines go by this router's own
/// <see cref="PickOrder"/>.
/// </summary>
/// <remarks>
/// <para>Lag = what a worker is owed, w_i x (virtual time - its start), in picks. A new weight keeps it. A worker that
/// closes takes it along, less than one pick, and brings it back; the virtual time moves so that the lags of the open
/// workers sum to zero (the join and leave rules of Stoica and Abdel-Wahab). So nobody owes a burst or is owed one.</para>
/// <para>Virtual times are multiples of 2^-58 with an integer remainder, so k steps of 1/w are exactly floor(k 2^58/w) and
/// no error adds up. Floors of equal fractions are equal, and those of different ones differ while w x W is at most
/// 2^58 (in thousandths: a thousand workers of 16,000 slots each); beyond that a comparison may err by 2^-58.</para>
/// </remarks>
internal sealed class WeightedRoundRobinStrategy : IBalancingStrategy, IExplainingStrategy
{
    private const long One = 1L << 58;
    private const long RebaseAt = 1L << 61;

    private readonly Candidates _candidates;
    private readonly PickOrder _order;
    private readonly MinTree _ready = new();
    private readonly MinTree _waiting = new();
    private Row[] _rows;
    private long _totalWeight;
    private long _now;
    private long _nowRest;
    private long _step;
    private long _stepRest;

    public WeightedRoundRobinStrategy(Candidates candidates, ulong seed, long startAt = 0)
    {
        _candidates = candidates;
        _order = new PickOrder(seed);
        _now = startAt;
        _rows = new Row[candidates.Capacity];
        for (int row = 0; row < candidates.Capacity; row++)
        {
            if (!candidates.IsMember(row)) continue;
            _order.Add(row, candidates.Id(row));
            if (candidates.IsOpen(row)) Open(row, candidates.Weight(row));
        }

        RebuildTrees();
    }

    public int Pick(ulong source)
    {
        if (_now >= RebaseAt) Rebase();
        int place = EarliestEligible();
        int picked = _order.Row(place);
        ref Row row = ref _rows[picked];
        row.Advance();
        _now += _step;
        _nowRest += _stepRest;
        if (_nowRest >= _totalWeight)
        {
            _nowRest -= _totalWeight;
            _now++;
        }

        if (row.Start <= _now)
        {
            _ready.Set(place, row.Deadline);
        }
        else
        {
            _ready.Set(place, MinTree.Absent);
            _waiting.Set(place, row.Start);
        }

        while (_waiting.Min <= _now) MakeReady(_waiting.MinPlace());
        return picked;
    }

    public void Changed(int worker, CandidateChange change)
    {
        if (change == CandidateChange.InFlight) return;
        if ((change & CandidateChange.Joined) != 0)
        {
            if (worker >= _rows.Length) Array.Resize(ref _rows, _candidates.Capacity);
            _rows[worker] = default;
            _order.Add(worker, _candidates.Id(worker));
            if (_candidates.IsOpen(worker)) Open(worker, _candidates.Weight(worker));
            RebuildTrees();
            return;
        }

        int weight = _candidates.IsOpen(worker) ? _candidates.Weight(worker) : 0;
        int old = _rows[worker].Weight;
        if (old != weight)
        {
            if (old == 0) Open(worker, weight);
            else if (weight == 0) Close(worker);
            else Reweigh(worker, weight);
        }

        if ((change & CandidateChange.Left) != 0)
        {
            _order.Remove(worker);
            RebuildTrees();
        }
        else if (old != weight)
        {
            Plant(_order.Place(worker), in _rows[worker]);
        }
    }

    /// <summary>What the worker is owed now, in picks; what it took along when it is not open. For tests.</summary>
    internal double Lag(int worker)
    {
        ref Row row = ref _rows[worker];
        return (double)(row.Weight == 0 ? row.Kept : row.LagAt(_now)) / One;
    }

    public string ScoreRule => "jobs owed by its weight; of those with 0 or more the first due";

    /// <summary>From what is owed now back, step by step: a pick gives everybody its share of it and takes one from the picked; who closes takes its lag along.</summary>
    public void Explain(PastPick pick)
    {
        double[] owed = new double[pick.Rows];
        int[] weights = new int[pick.Rows];
        double total = 0;
        for (int row = 0; row < pick.Rows; row++)
        {
            owed[row] = _candidates.IsMember(row) ? Lag(row) : 0;
            weights[row] = _candidates.IsMember(row) && _candidates.IsOpen(row) ? _candidates.Weight(row) : 0;
            total += weights[row];
        }
        foreach (PastStep step in pick.Since)
        {
            int before = step.IsPick ? weights[step.Row] : step.WeightBefore, after = weights[step.Row];
            double others = total - after;
            // What a worker brings back or takes along, the others give or get by their weights.
            double share = step.IsPick ? (total > 0 ? -1 / total : 0)
                : others > 0 && before == 0 != (after == 0) ? owed[step.Row] / others * (before == 0 ? 1 : -1) : 0;
            for (int row = 0; row < pick.Rows; row++)
                owed[row] += row == step.Row && !step.IsPick ? 0 : weights[row] * share;
            if (step.IsPick)
                owed[step.Row]++;
            weights[step.Row] = before;
            total += before - after;
        }
        for (int row = 0; row < pick.Rows; row++)
        {
            if (!pick.IsOpen[row])
                continue;
            pick.Scores[row] = Math.Round(owed[row], 6) + 0.0;
            pick.WhyNot[row] = owed[row] < -1e-6 ? "ahead of its share" : "its next job is due later";
        }
    }

    /// <summary>
    /// A change may have set the virtual time back, so a ready worker is looked at again before it wins; and
    /// when rounding leaves nobody eligible, time moves on to the first that will be.
    /// </summary>
    private int EarliestEligible()
    {
        while (true)
        {
            while (_ready.Min != MinTree.Absent)
            {
                int place = _ready.MinPlace();
                long start = _rows[_order.Row(place)].Start;
                if (start <= _now) return place;
                _ready.Set(place, MinTree.Absent);
                _waiting.Set(place, start);
            }

            (_now, _nowRest) = (Math.Max(_now, _waiting.Min), 0);
            while (_waiting.Min <= _now) MakeReady(_waiting.MinPlace());
        }
    }

    private void MakeReady(int place)
    {
        _waiting.Set(place, MinTree.Absent);
        _ready.Set(place, _rows[_order.Row(place)].Deadline);
    }

    private void Open(int worker, int weight)
    {
        ref Row row = ref _rows[worker];
        long lag = _totalWeight == 0 ? 0 : row.Kept;
        if (_totalWeight > 0) _now -= lag / _totalWeight;
        row.Begin(weight, lag, _now);
        SetTotalWeight(_totalWeight + weight);
    }

    private void Close(int worker)
    {
        ref Row row = ref _rows[worker];
        long lag = row.LagAt(_now);
        SetTotalWeight(_totalWeight - row.Weight);
        if (_totalWeight > 0) _now += lag / _totalWeight;
        row.Weight = 0;
        row.Kept = Math.Clamp(lag, 1 - One, One - 1);
    }

    private void Reweigh(int worker, int weight)
    {
        ref Row row = ref _rows[worker];
        SetTotalWeight(_totalWeight - row.Weight + weight);
        row.Begin(weight, row.LagAt(_now), _now);
    }

    private void SetTotalWeight(long total)
    {
        _nowRest = _totalWeight == 0 ? 0 : (long)((Int128)_nowRest * total / _totalWeight);
        _totalWeight = total;
        if (total > 0) (_step, _stepRest) = Math.DivRem(One, total);
    }

    private void Rebase()
    {
        for (int place = 0; place < _order.Count; place++) _rows[_order.Row(place)].Shift(-_now);
        _now = 0;
        RebuildTrees();
    }

    private void RebuildTrees()
    {
        _ready.Reset(_order.Capacity);
        _waiting.Reset(_order.Capacity);
        for (int place = 0; place < _order.Count; place++) Plant(place, in _rows[_order.Row(place)]);
    }

    private void Plant(int place, in Row row)
    {
        bool ready = row.Weight > 0 && row.Start <= _now;
        bool waiting = row.Weight > 0 && row.Start > _now;
        _ready.Set(place, ready ? row.Deadline : MinTree.Absent);
        _waiting.Set(place, waiting ? row.Start : MinTree.Absent);
    }

    /// <summary>One worker's place in virtual time. Lags are in picks, times 2^58.</summary>
    private struct Row
    {
        public long Start;
        public long Deadline;

        /// <summary>0 while the worker is not open.</summary>
        public int Weight;

        /// <summary>The lag that a worker which is not open took along: less than one pick either way.</summary>
        public long Kept;

        private int _deadlineRest;
        private int _stepRest;
        private long _step;

        public readonly long LagAt(long now) =>
            (long)Int128.Clamp((Int128)(now - Start) * Weight, long.MinValue / 2, long.MaxValue / 2);

        public void Begin(int weight, long lag, long now)
        {
            Weight = weight;
            (_step, long rest) = Math.DivRem(One, weight);
            _stepRest = (int)rest;
            _deadlineRest = 0;
            Deadline = now - (lag / weight);
            Advance();
        }

        public void Advance()
        {
            Start = Deadline;
            Deadline += _step;
            _deadlineRest += _stepRest;
            if (_deadlineRest < Weight) return;
            _deadlineRest -= Weight;
            Deadline++;
        }

        public void Shift(long by)
        {
            Start += by;
            Deadline += by;
        }
    }
}
