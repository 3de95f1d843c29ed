using System.Numerics;

namespace ActorBalancer.Strategies;

/// <summary>
/// The fleet as one strategy sees it: rows that its owner numbers (0 and up, reused as it likes), each a worker with its
/// weight, slots, jobs in flight and one bit of eligibility. Credit, kinds, drains, ejections and slow start are
/// computed outside and arrive here as that bit and the weight. A row is <em>open</em> when it is an eligible
/// member with a weight above 0; only open rows are picked. Single-threaded.
/// </summary>
public sealed class Candidates
{
    /// <summary>The largest weight, in thousandths.</summary>
    public const int MaxWeight = 1_000_000_000;

    private ulong[] _ids;
    private int[] _weights;
    private int[] _slots;
    private int[] _inFlight;
    private bool[] _members;
    private bool[] _eligible;
    private ulong[] _open;
    private IBalancingStrategy? _strategy;

    /// <summary>An empty fleet with room for <paramref name="capacity"/> rows before it grows.</summary>
    public Candidates(int capacity = 16)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 1));
        _ids = new ulong[capacity];
        _weights = new int[capacity];
        _slots = new int[capacity];
        _inFlight = new int[capacity];
        _members = new bool[capacity];
        _eligible = new bool[capacity];
        _open = new ulong[(capacity + 63) / 64];
    }

    /// <summary>Rows are numbered below this; it only grows.</summary>
    public int Capacity => _ids.Length;

    /// <summary>How many rows hold a worker.</summary>
    public int MemberCount { get; private set; }

    /// <summary>How many members are eligible, whatever their weight.</summary>
    public int EligibleCount { get; private set; }

    /// <summary>How many members are open: eligible, with a weight above 0.</summary>
    public int OpenCount { get; private set; }

    /// <summary>The weight of all open members together, in thousandths.</summary>
    public long TotalWeight { get; private set; }

    /// <summary>The jobs in flight on all members.</summary>
    public long TotalInFlight { get; private set; }

    /// <summary>The jobs in flight on the open members.</summary>
    public long OpenInFlight { get; private set; }

    /// <summary>The open rows as bits, 64 a word, row 0 the lowest bit of the first.</summary>
    public ReadOnlySpan<ulong> OpenWords => _open;

    /// <summary>Whether the row holds a worker.</summary>
    public bool IsMember(int row) => (uint)row < (uint)_members.Length && _members[row];

    /// <summary>Whether the row's worker is eligible, whatever its weight.</summary>
    public bool IsEligible(int row) => _eligible[row];

    /// <summary>Whether the row can be picked: eligible, with a weight above 0.</summary>
    public bool IsOpen(int row) => (_open[row >> 6] >> row & 1) != 0;

    /// <summary>The stable hash of the worker's name (<see cref="SourceHash.Of(string)"/>), equal on every node.</summary>
    public ulong Id(int row) => _ids[row];

    /// <summary>The effective weight in thousandths: 1000 is weight 1, 0 takes no new jobs.</summary>
    public int Weight(int row) => _weights[row];

    /// <summary>How many jobs the worker runs at once.</summary>
    public int Slots(int row) => _slots[row];

    /// <summary>The jobs bound to the worker and not finished.</summary>
    public int InFlight(int row) => _inFlight[row];

    /// <summary>
    /// From now on this strategy picks and is told of changes. It was brought up from the rows by its constructor; to
    /// switch, make the new one and attach it.
    /// </summary>
    public void Attach(IBalancingStrategy strategy)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        _strategy = strategy;
    }

    /// <summary>
    /// The row of the worker that gets the next job, or -1 when none is open: the job waits. The one place for this
    /// case. A single open worker is no special case: the strategy picks it too, so its counts stay right.
    /// </summary>
    /// <param name="source">The hash of the job's source, by <see cref="SourceHash"/>.</param>
    /// <exception cref="InvalidOperationException">No strategy is attached.</exception>
    public int Pick(ulong source)
    {
        if (_strategy is null) throw new InvalidOperationException("no strategy is attached");
        return OpenCount == 0 ? -1 : _strategy.Pick(source);
    }

    /// <summary>Puts a worker into an empty row, with nothing in flight. Grows the rows when needed.</summary>
    /// <exception cref="InvalidOperationException">The row holds a worker.</exception>
    public void Join(int row, ulong id, int slots, int weight, bool eligible)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        CheckWeight(weight, slots);
        if (row >= Capacity) Grow(row + 1);
        if (_members[row]) throw new InvalidOperationException($"row {row} already holds a worker");
        _ids[row] = id;
        _slots[row] = slots;
        _weights[row] = weight;
        _inFlight[row] = 0;
        _members[row] = true;
        _eligible[row] = eligible;
        MemberCount++;
        if (eligible) EligibleCount++;
        if (eligible && weight > 0) Open(row);
        _strategy?.Changed(row, CandidateChange.Joined);
    }

    /// <summary>Empties the row. What it had in flight is no longer counted.</summary>
    /// <exception cref="InvalidOperationException">The row holds no worker.</exception>
    public void Leave(int row)
    {
        CheckMember(row);
        if (IsOpen(row)) Close(row);
        if (_eligible[row]) EligibleCount--;
        MemberCount--;
        TotalInFlight -= _inFlight[row];
        _members[row] = false;
        _eligible[row] = false;
        _inFlight[row] = 0;
        _strategy?.Changed(row, CandidateChange.Left);
    }

    /// <summary>Sets whether the worker may be picked at all.</summary>
    /// <exception cref="InvalidOperationException">The row holds no worker.</exception>
    public void SetEligible(int row, bool eligible)
    {
        CheckMember(row);
        if (_eligible[row] == eligible) return;
        _eligible[row] = eligible;
        EligibleCount += eligible ? 1 : -1;
        if (_weights[row] > 0)
        {
            if (eligible) Open(row);
            else Close(row);
        }

        _strategy?.Changed(row, CandidateChange.Eligibility);
    }

    /// <summary>Sets the effective weight, in thousandths, and the slots.</summary>
    /// <exception cref="InvalidOperationException">The row holds no worker.</exception>
    public void SetWeight(int row, int weight, int slots)
    {
        CheckMember(row);
        CheckWeight(weight, slots);
        if (_weights[row] == weight && _slots[row] == slots) return;
        if (IsOpen(row)) Close(row);
        _weights[row] = weight;
        _slots[row] = slots;
        if (_eligible[row] && weight > 0) Open(row);
        _strategy?.Changed(row, CandidateChange.Weight);
    }

    /// <summary>Sets the number in flight, where the caller knows it absolutely.</summary>
    /// <exception cref="InvalidOperationException">The row holds no worker.</exception>
    public void SetInFlight(int row, int n)
    {
        CheckMember(row);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        if (_inFlight[row] != n) AddInFlight(row, n - _inFlight[row]);
    }

    /// <summary>One more job is bound to the worker.</summary>
    /// <exception cref="InvalidOperationException">The row holds no worker.</exception>
    public void Started(int row)
    {
        CheckMember(row);
        AddInFlight(row, 1);
    }

    /// <summary>One job fewer is bound to the worker.</summary>
    /// <exception cref="InvalidOperationException">The row holds no worker, or nothing is in flight on it.</exception>
    public void Finished(int row)
    {
        CheckMember(row);
        if (_inFlight[row] == 0) throw new InvalidOperationException($"nothing is in flight on row {row}");
        AddInFlight(row, -1);
    }

    private void AddInFlight(int row, int delta)
    {
        _inFlight[row] += delta;
        TotalInFlight += delta;
        if (IsOpen(row)) OpenInFlight += delta;
        _strategy?.Changed(row, CandidateChange.InFlight);
    }

    private void Open(int row)
    {
        _open[row >> 6] |= 1UL << row;
        OpenCount++;
        TotalWeight += _weights[row];
        OpenInFlight += _inFlight[row];
    }

    private void Close(int row)
    {
        _open[row >> 6] &= ~(1UL << row);
        OpenCount--;
        TotalWeight -= _weights[row];
        OpenInFlight -= _inFlight[row];
    }

    private void Grow(int needed)
    {
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)needed);
        Array.Resize(ref _ids, capacity);
        Array.Resize(ref _weights, capacity);
        Array.Resize(ref _slots, capacity);
        Array.Resize(ref _inFlight, capacity);
        Array.Resize(ref _members, capacity);
        Array.Resize(ref _eligible, capacity);
        Array.Resize(ref _open, (capacity + 63) / 64);
    }

    private void CheckMember(int row)
    {
        if (!IsMember(row)) throw new InvalidOperationException($"row {row} holds no worker");
    }

    private static void CheckWeight(int weight, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, MaxWeight);
        ArgumentOutOfRangeException.ThrowIfNegative(slots);
    }
}
