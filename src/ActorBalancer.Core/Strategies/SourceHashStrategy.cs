using System.Numerics;

namespace ActorBalancer.Strategies;

/// <summary>
/// Jobs of one source go to one worker: weighted <see cref="Rendezvous"/> hashing, with bounded load (Mirrokni, Thorup,
/// Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018): a worker that has as many jobs in flight as it has
/// slots and as 1.25 times its fair share of all, the new job counted, passes its sources on to their next choice.
/// </summary>
/// <remarks>
/// <para>Sources fall into 2^20 slots (512 a worker up to 2,048 workers; the number never changes, so no source moves because of
/// it), and a slot's order of workers is their rendezvous order. The choice depends only on who is there, never on
/// the order of joining, and it is integers throughout: equal on every node.</para>
/// <para>From nine open workers on a table keeps each slot's first two choices. When both are full or closed, up to 64 open
/// workers are searched in the slot's order; above, the third and later choices come from other slots of the same source, eight
/// in all, and when those sixteen have no room either, no home is left that is better than another: a draw by weight finds
/// room in five tries on average, since the full workers together hold at most four fifths of the weight.</para>
/// </remarks>
internal sealed class SourceHashStrategy : IBalancingStrategy, IExplainingStrategy
{
    /// <summary>How many slots there are, for any fleet.</summary>
    public const int SlotCount = 1 << SlotBits;

    private const int SlotBits = 20;
    private const int SearchUpTo = 64;
    private const int Probes = 8;
    private const int Draws = 64;

    private readonly Candidates _candidates;
    private readonly long _loadFactor;
    private readonly int _tableAbove;
    private readonly HashMembers _members = new();
    private readonly SumTree _open = new();
    private SlotTable? _table;

    public SourceHashStrategy(Candidates candidates, StrategyOptions options, int tableAbove = 8)
    {
        _candidates = candidates;
        _loadFactor = (long)Math.Round(options.LoadFactor * 1000);
        _tableAbove = tableAbove;
        for (int row = 0; row < candidates.Capacity; row++)
            if (candidates.IsMember(row)) Changed(row, CandidateChange.Joined);
    }

    public int Pick(ulong source)
    {
        ulong scattered = Mixer.Mix(source);
        if (_candidates.OpenCount <= _tableAbove) return PickOfOpen(SlotOf(scattered));
        for (int i = 0; i < Probes; i++)
        {
            var (first, second) = _table!.Get(SlotOf(scattered), _members);
            if (HasRoom(first)) return first;
            if (HasRoom(second)) return second;
            if (_candidates.OpenCount <= SearchUpTo) return PickOfOpen(SlotOf(scattered));
            scattered = NextOf(scattered);
        }

        return PickByWeight(scattered);
    }

    public void Changed(int worker, CandidateChange change)
    {
        if (change == CandidateChange.InFlight) return;
        _open.Set(worker, _candidates.IsOpen(worker) ? _candidates.Weight(worker) : 0);
        int weight = _candidates.IsMember(worker) ? _candidates.Weight(worker) : 0;
        if (_members.WeightOf(worker) == weight && (change & CandidateChange.Joined) == 0) return;
        _members.Set(worker, _candidates.Id(worker), weight);
        if (_members.Count > _tableAbove) _table ??= new SlotTable();
        _table?.Changed(worker);
    }

    /// <summary>A slot's key for <see cref="Rendezvous.HashOf"/>.</summary>
    internal static ulong KeyOf(int slot) => Mixer.Mix((ulong)slot + 1);

    /// <summary>The most jobs that may be in flight on an open worker when one more is being placed.</summary>
    internal long CapOf(int row)
    {
        Int128 share = (Int128)_loadFactor * (_candidates.OpenInFlight + 1) * _candidates.Weight(row);
        Int128 whole = (Int128)1000 * _candidates.TotalWeight;
        return Math.Max(_candidates.Slots(row), (long)((share + whole - 1) / whole));
    }

    public string ScoreRule => "the draw of the job's source there, the least with room";

    public void Explain(PastPick pick)
    {
        ulong key = KeyOf(SlotOf(Mixer.Mix(pick.Source)));
        pick.ScoreBy(
            row => -Math.Log(1 - Math.Min(Rendezvous.HashOf(key, pick.Ids[row]) / (double)ulong.MaxValue, 1 - 1e-16)) * 1000 / pick.Weights[row],
            "a later choice of the source");
        for (int row = 0; row < pick.Rows; row++)
        {
            if (pick.IsOpen[row] && pick.Chosen >= 0 && pick.Scores[row] < pick.Scores[pick.Chosen])
                pick.WhyNot[row] = "full: at its share of the load";
        }
    }

    /// <summary>All that a pick knows of a source: those of one slot have the same choices.</summary>
    internal static int SlotOfSource(ulong source) => SlotOf(Mixer.Mix(source));

    private static int SlotOf(ulong scattered) => (int)(scattered >> (64 - SlotBits));

    private static ulong NextOf(ulong scattered) => Mixer.Mix(scattered + 0x9E3779B97F4A7C15);

    private int PickOfOpen(int slot)
    {
        ulong key = KeyOf(slot);
        var best = Rendezvous.None;
        double limit = double.PositiveInfinity;
        var words = _candidates.OpenWords;
        for (int word = 0; word < words.Length; word++)
        {
            for (ulong rows = words[word]; rows != 0; rows &= rows - 1)
            {
                int row = (word * 64) + BitOperations.TrailingZeroCount(rows);
                ulong hash = Rendezvous.HashOf(key, _candidates.Id(row));
                int weight = _candidates.Weight(row);
                if (hash > limit * weight) continue;
                var member = new HashMember(row, _candidates.Id(row), weight);
                if (!best.IsBeatenBy(member, hash) || !HasRoom(row)) continue;
                best = new Rendezvous(member, hash);
                limit = best.HopelessAbove();
            }
        }

        return best.Row;
    }

    private int PickByWeight(ulong scattered)
    {
        for (int i = 0; i < Draws; i++)
        {
            scattered = NextOf(scattered);
            int row = _open.Find((long)Math.BigMul(scattered, (ulong)_open.Total, out _), out _);
            if (HasRoom(row)) return row;
        }

        return PickOfOpen(SlotOf(scattered));
    }

    /// <summary>Whether the row is open and below its cap. Some open row always is: the caps together exceed the jobs.</summary>
    private bool HasRoom(int row)
    {
        if (row < 0 || !_candidates.IsOpen(row)) return false;
        int inFlight = _candidates.InFlight(row);
        return inFlight < _candidates.Slots(row) || IsBelowShare(row, inFlight);
    }

    /// <summary>ceil(x) is above a whole number exactly when x is, so the share needs no division.</summary>
    private bool IsBelowShare(int row, int inFlight)
    {
        ulong jobs = (ulong)(_loadFactor * (_candidates.OpenInFlight + 1));
        ulong shareHigh = Math.BigMul(jobs, (ulong)_candidates.Weight(row), out ulong shareLow);
        ulong hasHigh = Math.BigMul((ulong)inFlight * 1000, (ulong)_candidates.TotalWeight, out ulong hasLow);
        return shareHigh > hasHigh || (shareHigh == hasHigh && shareLow > hasLow);
    }
}
