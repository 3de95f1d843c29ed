namespace ActorBalancer.Dispatch;

/// <summary>
/// The newest decisions of a router in full, at a few nanoseconds each: not what every candidate was like is kept, but what it was like before it
/// changed. From the present state and these changes, the fleet as a strategy saw it is built back when somebody asks.
/// Memory is fixed: both rings grow to their bounds and no further.
/// </summary>
internal sealed class DecisionLog
{
    /// <summary>Decisions that are kept, over all queues of a router.</summary>
    public const int MostDecisions = 4_096;

    /// <summary>Changes of workers that are kept; older decisions than the oldest of them are given up, as they cannot be built back.</summary>
    public const int MostChanges = 8_192;

    /// <summary>Of those, the ones of more than a worker's load.</summary>
    public const int MostFacts = 4_096;

    private Decision[] _decisions = new Decision[16];
    private Change[] _changes = new Change[16];
    private RowView[] _facts = new RowView[16];
    private long _decided;
    private long _changed;
    private long _learned;
    private int _views;

    /// <summary>For <see cref="StrategyView.Number"/>.</summary>
    public int NextView() => ++_views;

    /// <summary>The strategy sees the row so from now on. Mostly the load alone has changed, and nothing else is looked at.</summary>
    public void Changed(StrategyView view, int row, WorkerLink link, int weight, int load, int factor, bool eligible, bool hasOthers)
    {
        if (row < view.Rows.Length)
        {
            ref RowView seen = ref view.Rows[row];
            if (seen.Link == link && seen.Stamp == link.Stamp && seen.Weight == weight && seen.IsEligible == eligible
                && (seen.Notes & RowNotes.Others) != 0 == hasOthers)
            {
                if (seen.Load == load)
                    return;
                Next() = new Change { View = view.Number, Row = row, Load = seen.Load, Facts = -1 };
                seen.Load = load;
                return;
            }
        }
        Changed(view, row, new RowView(link, weight, load, factor, eligible, hasOthers));
    }

    /// <summary>The worker has left the row.</summary>
    public void Left(StrategyView view, int row) => Changed(view, row, default);

    private void Changed(StrategyView view, int row, in RowView now)
    {
        if (row >= view.Rows.Length)
        {
            RowView[] rows = new RowView[Math.Max(8, Math.Max(row + 1, view.Rows.Length * 2))];
            view.Rows.CopyTo(rows, 0);
            view.Rows = rows;
        }
        ref RowView seen = ref view.Rows[row];
        bool isLoadOnly = seen.IsSameBut(in now);
        if (!isLoadOnly || seen.Load != now.Load)
            Next() = new Change { View = view.Number, Row = row, Load = seen.Load, Facts = isLoadOnly ? -1 : Keep(in seen) };
        seen = now;
    }

    private ref Change Next()
    {
        if (_changed == _changes.Length && _changes.Length < MostChanges)
            Array.Resize(ref _changes, _changes.Length * 2);
        return ref _changes[_changed++ & (_changes.Length - 1)];
    }

    /// <summary>A worker was chosen, by the strategy or (without being asked) for a job under which a worker died.</summary>
    public void Decided(StrategyView view, in JobEntry entry, int row, bool isCrashRule, Moment now, long weightsAt)
    {
        if (_decided == _decisions.Length && _decisions.Length < MostDecisions)
            Array.Resize(ref _decisions, _decisions.Length * 2);
        ref Decision decision = ref _decisions[_decided++ & (_decisions.Length - 1)];
        decision.View = view;
        decision.Key = entry.Key;
        decision.Source = entry.Source;
        decision.At = now;
        decision.WeightsAt = weightsAt;
        decision.Changes = _changed;
        decision.Facts = _learned;
        decision.Row = row;
        decision.Attempt = entry.Runs + 1;
        decision.IsCrashRule = isCrashRule;
    }

    /// <summary>The decisions about a job that are kept, the newest first, by their numbers.</summary>
    public IEnumerable<long> Of(long key)
    {
        long oldest = Math.Max(0, _decided - _decisions.Length), oldestChange = _changed - _changes.Length, oldestFact = _learned - _facts.Length;
        for (long i = _decided - 1; i >= oldest; i--)
        {
            if (At(i).Changes < oldestChange || At(i).Facts < oldestFact)
                yield break;
            if (At(i).Key == key)
                yield return i;
        }
    }

    public ref readonly Decision At(long number) => ref _decisions[number & (_decisions.Length - 1)];

    /// <summary>Goes back from now to just before a decision: the changes and picks of its strategy on the way, the newest first.</summary>
    /// <param name="number">The decision's.</param>
    /// <param name="rows">The present ones, which become those of then.</param>
    /// <param name="undone">Told after each step: the row, and what it was before; null: it was picked.</param>
    public void GoBack(long number, RowView[] rows, Action<int, RowView?> undone)
    {
        StrategyView view = At(number).View;
        long change = _changed;
        for (long i = _decided - 1; i >= number; i--)
        {
            ref readonly Decision decision = ref At(i);
            UndoChanges(view, ref change, decision.Changes, rows, undone);
            if (decision.View == view && !decision.IsCrashRule)
                undone(decision.Row, null);
        }
    }

    private void UndoChanges(StrategyView view, ref long from, long to, RowView[] rows, Action<int, RowView?> undone)
    {
        while (from > to)
        {
            ref readonly Change change = ref _changes[--from & (_changes.Length - 1)];
            if (change.View != view.Number)
                continue;
            RowView before = change.Facts < 0 ? rows[change.Row] : _facts[change.Facts];
            before.Load = change.Load;
            rows[change.Row] = before;
            undone(change.Row, before);
        }
    }

    private int Keep(in RowView before)
    {
        if (_learned == _facts.Length && _facts.Length < MostFacts)
            Array.Resize(ref _facts, _facts.Length * 2);
        int place = (int)(_learned++ & (_facts.Length - 1));
        _facts[place] = before;
        return place;
    }

    internal struct Decision
    {
        public StrategyView View;
        public long Key;
        public ulong Source;
        public Moment At;

        /// <summary>When the metrics actor last spoke; 0: it has not.</summary>
        public long WeightsAt;

        /// <summary>How many changes there were before it.</summary>
        public long Changes;

        /// <summary>Of those, how many of more than a load.</summary>
        public long Facts;
        public int Row;
        public int Attempt;
        public bool IsCrashRule;
    }

    private struct Change
    {
        public int View;
        public int Row;

        /// <summary>Before.</summary>
        public int Load;

        /// <summary>Where all the rest of what it was before is; -1: it was the same.</summary>
        public int Facts;
    }
}
