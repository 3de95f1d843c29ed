using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>The start of an incarnation: queues are claimed and read back, and what live workers hold is adopted, not run again (rule 9).</summary>
internal sealed partial class Dispatcher
{
    /// <summary>How many jobs one reading from the store brings.</summary>
    public const int LoadLimit = 4_096;

    private readonly Dictionary<RunToken, int> _adopted = [];
    private readonly HashSet<string> _awaited = [];
    private readonly HashSet<int> _undecided = [];
    private readonly Dictionary<long, (HeldRun Run, WorkerLink Link)> _offered = [];
    private readonly HashSet<long> _cancelledEarly = [];
    private bool _claimed;

    /// <summary>The queues that the store gave this incarnation at its start; until they are read back, no held run is foreign.</summary>
    public void Claimed(IReadOnlyList<QueueRow> rows)
    {
        foreach (QueueRow row in rows)
            Own(row);
        _claimed = true;
        ReadBack();
    }

    /// <summary>The store made this incarnation the queue's owner: what it holds is read back.</summary>
    private void Own(QueueRow row)
    {
        if (_queues.ContainsKey(row.Name))
            return;
        var queue = new QueueState(row.Number, row.Name, _options.Queue(row.Name), UnknownWeight) 
        {
            Paused = row.Paused,
            NextSequence = row.NextSequence,
            LoadBelow = row.NextSequence,
            Loading = row.NextSequence > 0,
        };
        if (row.Strategy is not null)
            queue.Strategy = row.Strategy;
        queue.Binding = row.Binding ?? (row.Strategy is null ? queue.Options.Binding : null) ?? DefaultBinding(queue.Strategy);
        foreach (long horizon in row.Horizons)
        {
            int rank = JobKey.HighestPriority - JobKey.Priority(horizon);
            queue.Horizon[rank] = queue.HorizonAsked[rank] = JobKey.Sequence(horizon);
        }
        _queues.Add(row.Name, queue);
        _byNumber[row.Number] = queue;
        _rotation.Add(queue);
        if (queue.Loading)
            Effects.Loads.Add((row.Number, -1));
    }

    /// <summary>
    /// The answer to <see cref="DispatchEffects.Loads"/>. Jobs above the horizon were never assigned and may go at once; the others
    /// wait until every awaited worker has said what it runs (rule 9).
    /// </summary>
    public void Loaded(int number, StoredJobs stored)
    {
        QueueState queue = _byNumber[number]!;
        for (int i = 0; i < stored.Keys.Length; i++)
        {
            long key = stored.Keys[i];
            // Accepted by this incarnation, so it is in memory, or final since.
            if (JobKey.Sequence(key) >= queue.LoadBelow)
                continue;
            int slot = AddEntry(key, stored.Jobs, i, LaneOf(queue, stored.Jobs.Kind(i)), stored.SubmittedUnixMs[i]);
            ref JobEntry entry = ref _table[slot];
            entry.Used = (ushort)stored.Used[i];
            entry.Crashes = (ushort)stored.Crashes[i];
            entry.Runs = (ushort)stored.Runs[i];
            bool maybeAssigned = JobKey.Sequence(key) <= queue.Horizon[JobKey.HighestPriority - JobKey.Priority(key)];
            bool offered = _offered.Remove(key, out (HeldRun Run, WorkerLink Link) offer);
            if (offered || (maybeAssigned && _awaited.Count > 0 && stored.RunAt[i] <= Now.UnixMs))
            {
                entry.State = EntryState.Undecided;
                queue.Waiting++;
                _undecided.Add(slot);
                if (offered)
                    Adopt(offer.Link, offer.Run, slot);
                continue;
            }
            // Between two attempts it keeps its source.
            if (stored.RunAt[i] > Now.UnixMs && entry.Runs > 0 && IsOrdered(in entry))
                entry.OwnsSource = queue.SourceTails.TryAdd(entry.Source, slot);
            Admit(slot, stored.RunAt[i]);
        }
        if (_cancelledEarly.Count > 0)
        {
            foreach (long key in stored.Keys.Where(_cancelledEarly.Remove))
                Cancel(key);
        }
        // A store may bring fewer than were asked for; only an empty answer is the end.
        if (stored.Keys.Length > 0)
        {
            Effects.Loads.Add((number, stored.Keys[^1]));
            return;
        }
        queue.Loading = false;
        ReadBack();
    }

    /// <summary>
    /// After a takeover or restart: these workers were members and may be running jobs of an earlier incarnation. Jobs that may have
    /// been assigned wait until each has said hello or is gone.
    /// </summary>
    public void AwaitWorkers(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (_fleet.FindByName(name) is null)
                _awaited.Add(name);
        }
    }

    /// <summary>An awaited worker is gone without a hello, or has said it.</summary>
    public void HeardOf(string name)
    {
        if (_awaited.Remove(name))
            Decide();
    }

    /// <summary>
    /// Once every awaited worker is heard of, what none of them holds may go. A job that ran before was the head of its
    /// source and is so again; the others follow as they were accepted.
    /// </summary>
    private void Decide()
    {
        if (_awaited.Count > 0 || _undecided.Count == 0)
            return;
        int[] slots = [.. _undecided.Where(s => !_table[s].Lane.Queue.Loading).OrderBy(s => _table[s].Runs == 0).ThenBy(s => JobKey.Sequence(_table[s].Key))];
        foreach (int slot in slots)
        {
            _undecided.Remove(slot);
            if (_table[slot].CancelRequested)
                CancelWaiting(slot);
            else
                Enter(slot);
        }
    }

    private void Adopt(WorkerLink link, HeldRun[] held)
    {
        foreach (HeldRun run in held)
        {
            if (run.Token.Incarnation == _incarnation)
                continue;
            if (FindSlot(run.Key) is >= 0 and int slot)
                Adopt(link, run, slot);
            else if (IsReadingBack)
                _offered.TryAdd(run.Key, (run, link));
        }
    }

    private void Adopt(WorkerLink link, HeldRun run, int slot)
    {
        ref JobEntry entry = ref _table[slot];
        // A run that is recorded already only waits for its acknowledgement.
        if (entry.State != EntryState.Undecided || run.Attempt <= entry.Runs || !_adopted.TryAdd(run.Token, slot))
            return;
        QueueState queue = entry.Lane.Queue;
        _undecided.Remove(slot);
        entry.State = EntryState.Sent;
        entry.Adopted = true;
        entry.Worker = link.Row;
        entry.SentUnixMs = run.StartedUnixMs > 0 ? run.StartedUnixMs : Now.UnixMs;
        entry.OwnsSource |= IsOrdered(in entry) && queue.SourceTails.TryAdd(entry.Source, slot);
        link.InFlight++;
        link.Adopted++;
        if (entry.Crashes > 0)
            link.Suspects++;
        if (entry.CancelRequested)
        {
            link.Cancels.Add(run.Token);
            link.StateDue = true;
        }
        queue.Waiting--;
        queue.Running++;
        _waiting--;
        _fleet.Changed(link.Row);
    }

    /// <summary>A worker says that it holds a job which is not read back from the store yet.</summary>
    private bool IsOffered(in FinishedRun run) => _offered.TryGetValue(run.Key, out (HeldRun Run, WorkerLink) offer) && offer.Run.Token == run.Token;

    private bool IsReadingBack => !_claimed || _rotation.Exists(q => q.Loading);

    /// <summary>What workers offered and no queue of ours has is final or another router's.</summary>
    private void ReadBack()
    {
        if (!IsReadingBack)
        {
            _offered.Clear();
            _cancelledEarly.Clear();
        }
        Decide();
    }
}
