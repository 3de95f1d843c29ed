using ActorBalancer.Load;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>
/// One incarnation of a router node: the backlog of all the queues that it owns, who gets what and when, what is in flight and what became of it.
/// Pure and single-threaded: the shell sets <see cref="Now"/>, feeds events, and after a turn calls <see cref="Flush"/> and
/// carries out the effects. The parts: <c>Submits</c> (keys, checkpoint 1), <c>Binding</c> (strategies, lines, credit),
/// <c>Window</c> and <c>Loads</c> (what of the backlog is in memory, and reading the rest), <c>Takeover</c> (discovery, adoption), <c>Links</c> (workers, reports, hello), <c>Outcomes</c> (checkpoint 2, retries, losses), <c>Queues</c> (settings, questions),
/// <c>Retries</c> (by hand), <c>Figures</c> (for meters).
/// </summary>
internal sealed partial class Dispatcher
{
    private readonly BalancerOptions _options;
    private readonly long _incarnation;
    private readonly string _nodeName;
    private Dice _dice;
    private readonly JobTable _table = new();
    private readonly Fleet _fleet = new();
    private readonly Dictionary<string, QueueState> _queues = [];
    private readonly QueueState?[] _byNumber = new QueueState?[JobKey.MaxQueues];
    private readonly List<QueueState> _rotation = [];
    private readonly Dictionary<string, int> _kinds = [];
    private readonly List<string> _kindNames = [];
    private readonly PriorityQueue<int, (long Due, long Sequence)> _delayed = new();

    private bool _mayAssign = true;
    private bool _fenced;
    private int _delayedBuried;
    private long _waiting;
    private long _nextState;

    /// <param name="options">Queue settings, batch sizes, limits.</param>
    /// <param name="incarnation">The fence under which everything is committed and assigned.</param>
    /// <param name="nodeName">Shown as the owner.</param>
    /// <param name="seed">Of the strategies' dice and the jitter.</param>
    /// <param name="limits">What it has in memory; null: everything, up to the bound of the memory store.</param>
    public Dispatcher(BalancerOptions options, long incarnation, string nodeName, ulong seed, DispatchLimits? limits = null)
    {
        _limits = limits ?? DispatchLimits.Memory(options.Memory.MaxWaiting);
        _options = options;
        _incarnation = incarnation;
        _nodeName = nodeName;
        _dice = new Dice(seed);
        _turn = new Turn(incarnation);
        _spare = new Turn(incarnation);
    }

    /// <summary>Set by the shell before each event.</summary>
    public Moment Now { get; set; }

    public DispatchEffects Effects { get; } = new();

    /// <summary>Somebody wants <see cref="DispatchEffects.Steps"/>.</summary>
    public bool TellsSteps { get; set; }

    public long Incarnation => _incarnation;

    /// <summary>Outcomes of runs of this incarnation that are not their jobs' present ones; dropped.</summary>
    public long StaleOutcomes { get; private set; }

    /// <summary>Outcomes of jobs that were final already by the store; dropped.</summary>
    public long DuplicateOutcomes { get; private set; }

    /// <summary>Jobs not yet at a worker, over all queues, in memory or not.</summary>
    public long Waiting => _waiting;

    /// <summary>Assigning stops before the lease ends and starts again once it is renewed (rule 12).</summary>
    public void MayAssign(bool may) => _mayAssign = may;

    /// <summary>Ends a turn: what was collected goes to the store, what can be assigned is, and every link that has something to say speaks.</summary>
    public void Flush()
    {
        if (_fenced)
            return;
        if (Now.Micros >= _nextState)
        {
            _nextState = Now.Micros + (long)_options.Router.StateInterval.TotalMicroseconds;
            ExpireWeights();
            foreach (WorkerLink link in _fleet.Links)
                link.StateDue = true;
        }
        EndSilences();
        TakeDue();
        EndPenalties();
        FlushCommit();
        if (Effects.Commit is null)
        {
            AssignAll();
            // Assigning may have asked for a further horizon.
            if (_turn.IsDue)
                FlushCommit();
        }
        foreach (WorkerLink link in _fleet.Links)
            FlushLink(link);
        AskLoads();
        LookAtCommit();
        Effects.WakeAtMicros = NextWake();
    }

    /// <summary>Scheduled and retrying jobs whose time has come enter their lanes.</summary>
    private void TakeDue()
    {
        while (_delayed.TryPeek(out int slot, out (long Due, long _) when) && when.Due <= Now.UnixMs)
        {
            _delayed.Dequeue();
            ref JobEntry entry = ref _table[slot];
            if (entry.State == EntryState.Tombstone)
            {
                _table.Return(slot);
                _delayedBuried--;
                continue;
            }
            entry.Lane.Queue.Scheduled--;
            entry.Lane.Queue.Waiting++;
            if (_limits.IsBounded && !entry.OwnsSource && entry.Crashes == 0 && !HasRoom(ReadyOf(ref entry)))
            {
                Promote(slot);
                continue;
            }
            if (!entry.OwnsSource)
                DelayedNoMore(ref entry);
            Keep(ref entry);
            if (_awaited.Count > 0 && IsMaybeAssigned(entry.Lane.Queue, entry.Key))
            {
                // By another router's clock it may have been due before, and run at a worker that has not said so yet.
                entry.State = EntryState.Undecided;
                _undecided.Add(slot);
                continue;
            }
            Enter(slot);
        }
    }

    /// <summary>A delayed job became a tombstone; swept out as in a <see cref="Backlog"/>.</summary>
    private void BuryDelayed()
    {
        int living = _delayed.Count - ++_delayedBuried;
        if (living > 0 && _delayedBuried <= living + 64)
            return;
        (int Slot, (long Due, long Sequence) When)[] all = [.. _delayed.UnorderedItems];
        _delayed.Clear();
        foreach ((int slot, (long Due, long Sequence) when) in all)
        {
            if (_table[slot].State == EntryState.Tombstone)
                _table.Return(slot);
            else
                _delayed.Enqueue(slot, when);
        }
        _delayedBuried = 0;
    }

    private long NextWake()
    {
        long wake = Math.Min(_nextState, _silenceEnds);
        if (_delayed.TryPeek(out _, out (long Due, long _) when))
            wake = Math.Min(wake, Now.Micros + Math.Max(1, when.Due - Now.UnixMs) * Moment.PerMillisecond);
        wake = Math.Min(Math.Min(wake, NextRead()), NextPenalty());
        if (_stalled is not null)
            wake = Math.Min(wake, _stalledUntil);
        if (_committing is not null && !IsStoreLate)
            wake = Math.Min(wake, _commitSince + CommitTime);
        return wake;
    }
}
