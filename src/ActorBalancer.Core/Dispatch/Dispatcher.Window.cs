using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>
/// What of the backlog is in memory: of each stream the first jobs, up to a bound; all others are in the store alone until their turn comes
/// near. The figures of a queue count both.
/// </summary>
internal sealed partial class Dispatcher
{
    private readonly DispatchLimits _limits;
    private readonly List<LaterStream> _laterBehind = [];
    private int _streams;
    private int _streamJobs;
    private long _streamBytes;

    private ReadyStream ReadyOf(Lane lane, int priority)
    {
        if (lane.Ready[priority] is { } stream)
            return stream;
        ShareWindow();
        return lane.Ready[priority] = new ReadyStream(lane, priority);
    }

    private ReadyStream ReadyOf(ref JobEntry entry) => ReadyOf(entry.Lane, JobKey.Priority(entry.Key));

    private LaterStream LaterOf(Lane lane)
    {
        if (lane.Later is { } stream)
            return stream;
        ShareWindow();
        return lane.Later = new LaterStream(lane);
    }

    /// <summary>There is a stream more: very many of them get less each.</summary>
    private void ShareWindow()
    {
        _streams++;
        (_streamJobs, _streamBytes) = (_limits.StreamJobs, _limits.StreamBytes);
        if (!_limits.IsBounded)
            return;
        _streamJobs = Math.Min(_limits.StreamJobs, Math.Max(64, _limits.AllJobs / _streams));
        _streamBytes = Math.Min(_limits.StreamBytes, Math.Max(64 * 1024, (long)((double)_limits.StreamBytes * _streamJobs / _limits.StreamJobs)));
    }

    private bool HasRoom(ReadyStream stream) => stream.Kept + stream.Pending.Count < _streamJobs && stream.Bytes < _streamBytes;

    private bool HasRoom(LaterStream stream) => stream.Kept < _streamJobs && stream.Bytes < _streamBytes;

    private bool IsLow(int kept, long bytes) => kept == 0 || (kept <= _streamJobs / 2 && bytes <= _streamBytes / 2);

    /// <summary>A job that is ready is in memory and waits.</summary>
    private void Keep(ref JobEntry entry)
    {
        ReadyStream stream = ReadyOf(ref entry);
        stream.Kept++;
        stream.Bytes += entry.Jobs.PayloadBytes(entry.Row);
    }

    private void KeepNoMore(ref JobEntry entry)
    {
        ReadyStream stream = ReadyOf(ref entry);
        stream.Kept--;
        stream.Bytes -= entry.Jobs.PayloadBytes(entry.Row);
        if (stream.Behind != ReadyStream.None)
            Want(stream);
    }

    /// <summary>It waits again, after it ran or was handed back.</summary>
    private void Waits(ref JobEntry entry)
    {
        entry.Lane.Queue.Waiting++;
        _waiting++;
        Keep(ref entry);
    }

    private void WaitsNoMore(ref JobEntry entry)
    {
        entry.Lane.Queue.Waiting--;
        _waiting--;
        KeepNoMore(ref entry);
    }

    /// <summary>A job that is stored and ready to run. Its slot; -1: it stays in the store alone for now.</summary>
    private int AddReady(long key, JobBatch jobs, int row, Lane lane)
    {
        ReadyStream stream = ReadyOf(lane, JobKey.Priority(key));
        if (IsPassedBy(lane.Queue, jobs, row))
            return -1;
        if (stream.IsWhole && HasRoom(stream))
        {
            int slot = AddEntry(key, jobs, row, lane, Now.UnixMs);
            Keep(ref _table[slot]);
            Enter(slot);
            return slot;
        }
        if (stream.IsLoading && stream.Missed == ReadyStream.None && HasRoom(stream))
        {
            stream.Pending.Add(new PendingJob(key, jobs, row, Now.UnixMs));
            stream.Bytes += jobs.PayloadBytes(row);
        }
        else
            Lower(stream, JobKey.Sequence(key));
        return -1;
    }

    /// <summary>A job that is stored and scheduled. Its slot; -1: it stays in the store alone for now.</summary>
    private int AddLater(long key, JobBatch jobs, int row, Lane lane, long runAtUnixMs)
    {
        if (!MayDelay(lane, (runAtUnixMs, key)))
            return -1;
        int slot = AddEntry(key, jobs, row, lane, runAtUnixMs);
        Delay(slot, runAtUnixMs);
        return slot;
    }

    /// <summary>Makes room where there is none. False: what is due so late is in the store alone.</summary>
    private bool MayDelay(Lane lane, (long Due, long Key) at)
    {
        LaterStream stream = LaterOf(lane);
        if (!HasRoom(stream))
            DropLatest(lane);
        return at.CompareTo(stream.Behind) < 0;
    }

    private void Delay(int slot, long runAtUnixMs)
    {
        ref JobEntry entry = ref _table[slot];
        entry.State = EntryState.Delayed;
        if (!entry.OwnsSource)
        {
            LaterStream stream = LaterOf(entry.Lane);
            stream.Kept++;
            stream.Bytes += entry.Jobs.PayloadBytes(entry.Row);
        }
        _delayed.Enqueue(slot, (runAtUnixMs, JobKey.Sequence(entry.Key)));
    }

    private void DelayedNoMore(ref JobEntry entry)
    {
        LaterStream stream = LaterOf(entry.Lane);
        stream.Kept--;
        stream.Bytes -= entry.Jobs.PayloadBytes(entry.Row);
        if (stream.Behind != LaterStream.None)
            Want(stream);
    }

    /// <summary>The half of a lane's delayed jobs that is due last leaves memory. One that holds its source stays, since the others must see that.</summary>
    private void DropLatest(Lane lane)
    {
        var kept = new List<(int Slot, (long Due, long Sequence) When)>(_delayed.Count);
        var own = new List<(long Due, long Key, int Slot)>();
        foreach ((int slot, (long Due, long Sequence) when) in _delayed.UnorderedItems)
        {
            ref JobEntry entry = ref _table[slot];
            if (entry.State == EntryState.Tombstone)
                _table.Return(slot);
            else if (entry.Lane == lane && !entry.OwnsSource)
                own.Add((when.Due, entry.Key, slot));
            else
                kept.Add((slot, when));
        }
        own.Sort();
        for (int i = 0; i < own.Count; i++)
        {
            (long due, long key, int slot) = own[i];
            if (i < (own.Count + 1) / 2)
            {
                kept.Add((slot, (due, JobKey.Sequence(key))));
                continue;
            }
            DelayedNoMore(ref _table[slot]);
            Drop(slot);
            Lower(lane.Later!, (due, key));
        }
        _delayed.Clear();
        _delayed.EnqueueRange(kept);
        _delayedBuried = 0;
    }

    /// <summary>Due, but its ready stream is full: the store is told that it is ready, so that it is read again in its order.</summary>
    private void Promote(int slot)
    {
        ref JobEntry entry = ref _table[slot];
        entry.State = EntryState.Leaving;
        _turn.Commit.Outcomes.Add(new Storage.OutcomeRow
        {
            Key = entry.Key,
            State = JobState.Waiting,
            Worker = "",
            Used = entry.Used,
            Crashes = entry.Crashes,
        });
        _turn.Slots.Add(slot);
    }

    private void SettlePromoted(int slot)
    {
        ref JobEntry entry = ref _table[slot];
        DelayedNoMore(ref entry);
        ReadyStream stream = ReadyOf(ref entry);
        if (!entry.CancelRequested && !(stream.IsWhole && HasRoom(stream)))
        {
            long sequence = JobKey.Sequence(entry.Key);
            Drop(slot);
            Lower(stream, sequence);
            return;
        }
        Keep(ref entry);
        if (entry.CancelRequested)
            CancelWaiting(slot);
        else
            Enter(slot);
    }

    /// <summary>Out of memory; the store has it. Whoever calls this sees to it that it is read again.</summary>
    private void Drop(int slot)
    {
        ref JobEntry entry = ref _table[slot];
        if (entry.Submitter >= 0)
            AddWatcher(entry.Key, entry.Submitter, entry.Ticket, entry.TicketRow);
        Leave(ref entry);
        _table.Return(slot);
    }

    /// <summary>It is not found by its key any more.</summary>
    private void Leave(ref JobEntry entry)
    {
        QueueState queue = entry.Lane.Queue;
        queue.Map.Remove(JobKey.Sequence(entry.Key));
        if (queue.Reader.IsLoading)
            queue.Reader.Left.Add(entry.Key);
        if (!_limits.IsBounded || !IsOrdered(in entry) || !queue.Chains.TryGetValue(entry.Source, out SourceChain? chain))
            return;
        chain.Count--;
        if (chain.More)
            Want(queue, chain);
        else if (chain.Count == 0)
            queue.Chains.Remove(entry.Source);
    }

    /// <summary>Whether so many jobs of its source are in memory that this one stays in the store, whatever room there is.</summary>
    private bool IsPassedBy(QueueState queue, JobBatch jobs, int row)
    {
        if (!_limits.IsBounded || !queue.Ordered || jobs.Source(row) is not { } source
            || !queue.Chains.TryGetValue(SourceHash.Of(source), out SourceChain? chain) || chain.Name != source)
            return false;
        if (!chain.More && chain.Count < _limits.SourceJobs)
            return false;
        chain.PassBy();
        Want(queue, chain);
        return true;
    }
}
