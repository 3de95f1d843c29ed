using ActorBalancer.Storage;
using ActorBalancer.Strategies;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>Queues and their settings, cancelling, and the questions that callers ask.</summary>
internal sealed partial class Dispatcher
{
    /// <summary>
    /// Changes what is not null, on a running queue: nothing is lost or doubled, jobs in lines are picked again. A strategy starts
    /// afresh, with its own binding unless one is named.
    /// </summary>
    public (RefusalCode Code, string? Detail) SetQueue(string name, string? strategy, Binding? binding, bool? paused, WeightSource? weights = null)
    {
        if (!_queues.TryGetValue(name, out QueueState? queue))
            return (RefusalCode.NotFound, $"there is no queue '{name}'; a queue exists from its first job");
        if (strategy is null && binding is null && paused is null && weights is null)
            return (RefusalCode.Invalid, "nothing to change: name a strategy, a binding, weights or a state");
        if (strategy is not null && !StrategyCatalog.TryGet(strategy, out _))
            return (RefusalCode.Invalid, $"unknown strategy '{strategy}'; known are {string.Join(", ", StrategyCatalog.Ids)}");
        if (strategy is not null || binding is not null || weights is not null)
        {
            for (int row = 0; row < queue.Lines.Count; row++)
            {
                if (queue.Lines[row] is { } line && _fleet[row] is { } link)
                    Unbind(queue, line, link);
            }
            queue.Strategy = strategy ?? queue.Strategy;
            queue.Binding = binding ?? (strategy is null ? queue.Binding : DefaultBinding(strategy));
            queue.Weights = weights ?? (strategy is null ? queue.Weights : DefaultWeights(strategy));
            foreach (Lane lane in queue.Lanes)
                lane.Restart(_dice.Next());
            LogQueue(queue);
        }
        if (strategy is not null || binding is not null || weights is not null)
            Effects.Notices.Add(new DispatchNotice(NoticeKind.QueueChanged, name, 0, "strategy"));
        if (paused is not null && paused != queue.Paused)
            Effects.Notices.Add(new DispatchNotice(NoticeKind.QueueChanged, name, 0, paused.Value ? "paused" : "resumed"));
        queue.Paused = paused ?? queue.Paused;
        _turn.Commit.Queues.Add(new QueueRow
        {
            Number = queue.Number,
            Name = queue.Name,
            Paused = queue.Paused,
            Strategy = queue.Strategy,
            Binding = queue.Binding,
            Weights = queue.Weights,
            NextSequence = queue.NextSequence,
        });
        return (RefusalCode.None, null);
    }

    /// <summary>
    /// Cancels a job: at once if it waits, through its worker if it runs. False: it is not in memory, and the store knows more: if
    /// it is not final there, <see cref="CancelStored"/> cancels it.
    /// </summary>
    public bool Cancel(long key)
    {
        if (FindSlot(key) is not (>= 0 and int slot))
            return false;
        ref JobEntry entry = ref _table[slot];
        if (entry.CancelRequested)
            return true;
        entry.CancelRequested = true;
        if (entry.State == EntryState.Sent)
        {
            WorkerLink link = _fleet[entry.Worker]!;
            RunToken token = new(_incarnation, slot, entry.Generation);
            if (entry.Adopted)
                token = _adopted.First(a => a.Value == slot).Key;
            link.Cancels.Add(token);
            link.StateDue = true;
        }
        else if (entry.State is not (EntryState.Finishing or EntryState.Undecided or EntryState.Leaving))
            CancelWaiting(slot);
        return true;
    }

    /// <summary>Cancels a job that was not in memory and that the store says is not final: it is read into memory for that.</summary>
    public void CancelStored(long key)
    {
        if (Cancel(key) || !IsOurs(key))
            return;
        _cancelledEarly.Add(key);
        if (_byNumber[JobKey.Queue(key)] is { } queue)
            WantKey(queue, key);
    }

    /// <summary>Whether this router owns the job's queue, as far as it knows yet.</summary>
    public bool IsOurs(long key) => key >= 0 && (!_claimed || _byNumber[JobKey.Queue(key)] is not null);

    /// <summary>
    /// Tells the submitter when the job is final. False: it is not in memory. Then it is told when that happens, unless the store says that it is
    /// final already, or no job: see <see cref="Unwatch"/>.
    /// </summary>
    public bool Watch(int submitter, long ticket, int index, long key)
    {
        if (!IsOurs(key))
            return false;
        AddWatcher(key, submitter, ticket, index);
        return FindSlot(key) >= 0;
    }

    /// <summary>It is told by somebody else. False: it was told already.</summary>
    public bool Unwatch(int submitter, long ticket, int index, long key)
    {
        if (!IsOurs(key))
            return true;
        if (!_watchers.TryGetValue(key, out List<(int Submitter, long Ticket, int Index)>? watchers) || !watchers.Remove((submitter, ticket, index)))
            return false;
        if (watchers.Count == 0)
            _watchers.Remove(key);
        return true;
    }

    /// <summary>A gateway is gone: nobody is told any more.</summary>
    public void SubmitterGone(int submitter)
    {
        for (int slot = 0; slot < _table.High; slot++)
        {
            if (_table[slot].State != EntryState.Free && _table[slot].Submitter == submitter)
                _table[slot].Submitter = -1;
        }
        foreach (List<(int Submitter, long Ticket, int Index)> watchers in _watchers.Values)
            watchers.RemoveAll(w => w.Submitter == submitter);
    }

    /// <summary>What the owner knows beyond the store: that a job runs, where, and why it waits. Null: it is not in memory.</summary>
    public PresentJob? Describe(long key)
    {
        if (FindSlot(key) is not (>= 0 and int slot))
            return null;
        ref JobEntry entry = ref _table[slot];
        Lane lane = entry.Lane;
        switch (entry.State)
        {
            case EntryState.Sent or EntryState.Finishing:
                int attempt = entry.State == EntryState.Sent ? entry.Runs + 1 : entry.Runs;
                string? worker = entry.Worker >= 0 ? _fleet[entry.Worker]?.Name : null;
                return new PresentJob(JobState.Running, attempt) { Worker = worker, SentUnixMs = entry.SentUnixMs, Why = WhyWord.Text(entry.Why, lane.Queue) };
            case EntryState.Delayed:
                return new PresentJob(entry.Used > 0 ? JobState.Retrying : JobState.Scheduled, entry.Runs);
            case EntryState.Held:
                return new PresentJob(JobState.Waiting, entry.Runs) { Waiting = "an earlier job of its source is not final yet" };
            case EntryState.Undecided:
                return new PresentJob(JobState.Waiting, entry.Runs) { Waiting = "workers that may be running it have not reported yet" };
            default:
                lane.Synchronise(_fleet);
                string? why = lane.Queue.Paused ? "the queue is paused"
                    : lane.Candidates.MemberCount == 0 ? $"no worker offers the kind '{lane.KindName}' now"
                    : !_fleet.Links.Any(link => link.TakesJobs && link.Kinds.Contains(lane.Kind)) ? $"no worker that offers the kind '{lane.KindName}' takes new jobs now"
                    : !_fleet.Links.Any(link => link.TakesJobs && link.Kinds.Contains(lane.Kind) && WeightOf(link) > 0) ? $"every worker that offers the kind '{lane.KindName}' and takes jobs has weight 0"
                    : null;
                return new PresentJob(JobState.Waiting, entry.Runs) { Waiting = why };
        }
    }

    /// <summary>A queue's strategy and binding now; null: there is none of that name.</summary>
    public (string Strategy, Binding Binding)? Settings(string name) =>
        _queues.TryGetValue(name, out QueueState? queue) ? (queue.Strategy, queue.Binding) : null;

    public QueueInfo[] Queues()
    {
        var infos = new List<QueueInfo>(_rotation.Count);
        foreach (QueueState queue in _rotation)
        {
            var unoffered = new List<string>();
            foreach (Lane lane in queue.Lanes)
            {
                lane.Synchronise(_fleet);
                if (lane.Waiting.Count + lane.Suspects.Count > 0 && lane.Candidates.MemberCount == 0)
                    unoffered.Add(lane.KindName);
            }
            infos.Add(new QueueInfo(
                queue.Name, queue.Paused, queue.Strategy, queue.Binding, queue.Waiting, queue.Running, queue.Scheduled, queue.Dead, _nodeName, _incarnation, unoffered) { Weights = queue.Weights });
        }
        infos.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. infos];
    }

    /// <summary>The workers as far as their links tell; what only their nodes know, roles and load, is the shell's to add.</summary>
    /// <param name="nodeOf">The cluster address of a fleet row.</param>
    public WorkerInfo[] Workers(Func<int, string> nodeOf)
    {
        var infos = new List<WorkerInfo>();
        foreach (WorkerLink link in _fleet.Links.OrderBy(l => l.Name, StringComparer.Ordinal))
        {
            infos.Add(new WorkerInfo
            {
                Name = link.Name,
                Node = nodeOf(link.Row),
                State = StateOf(link),
                Roles = [],
                Kinds = [.. link.Kinds.Select(k => _kindNames[k]).Order(StringComparer.Ordinal)],
                Slots = link.Slots,
                Running = link.Running,
                InFlight = link.InFlight,
                Credit = (int)Math.Max(0, link.Available),
                Weight = link.Weight / 1000.0,
                EffectiveWeight = WeightOf(link) / 1000.0,
                Speed = link.Speed,
                Ejected = link.Ejected,
                Load = new WorkerLoadInfo(0, 0, 0, link.Queued),
                Finished = link.Finished,
                Incarnation = link.Incarnation,
                Version = link.Version,
                UpSince = DateTimeOffset.FromUnixTimeMilliseconds(link.StartedUnixMs),
            });
        }
        return [.. infos];
    }

    private Lane LaneOf(QueueState queue, string kindName)
    {
        int kind = KindNumber(kindName);
        if (queue.FindLane(kind) is { } lane)
            return lane;
        lane = new Lane(queue, kind, _kindNames[kind], _table, _decisions);
        lane.Restart(_dice.Next());
        queue.Lanes.Add(lane);
        return lane;
    }

    private static WeightSource DefaultWeights(string strategy) =>
        StrategyCatalog.TryGet(strategy, out StrategyInfo? info) ? info.DefaultWeights : WeightSource.Static;

    private static Binding DefaultBinding(string strategy) =>
        StrategyCatalog.TryGet(strategy, out StrategyInfo? info) ? info.DefaultBinding : Binding.Late;

    /// <summary>A job that no worker has is final as soon as that is stored; its slot is freed by the ring or heap that names it.</summary>
    private void CancelWaiting(int slot)
    {
        ref JobEntry entry = ref _table[slot];
        QueueState queue = entry.Lane.Queue;
        _turn.Commit.Outcomes.Add(new OutcomeRow
        {
            Key = entry.Key,
            State = JobState.Cancelled,
            Worker = "",
            FinishedUnixMs = Now.UnixMs,
            Used = entry.Used,
            Crashes = entry.Crashes,
        });
        _turn.Slots.Add(~_turn.Cancelled.Count);
        _turn.Cancelled.Add(new Cancelled(entry.Submitter, entry.Ticket, entry.TicketRow, entry.Losses, entry.Lane, entry.WantedUnixMs));
        queue.Reader.Cancelling.Add(entry.Key);
        bool pinned = entry.OwnsSource;
        if (entry.OwnsSource)
            ReleaseSource(slot);
        EntryState was = entry.State;
        if (was != EntryState.Delayed)
            WaitsNoMore(ref entry);
        else
        {
            queue.Scheduled--;
            _waiting--;
            if (!pinned)
                DelayedNoMore(ref entry);
        }
        Leave(ref entry);
        entry.State = EntryState.Tombstone;
        // What remains of it for a while must not keep its batch's payloads in memory.
        entry.Jobs = null!;
        switch (was)
        {
            case EntryState.Waiting:
                (entry.Crashes > 0 ? entry.Lane.Suspects : entry.Lane.Waiting).Buried();
                break;
            case EntryState.Bound:
                WorkerLink link = _fleet[entry.Worker]!;
                queue.Lined--;
                link.Lined--;
                _fleet.Changed(link.Row);
                queue.Lines[link.Row]!.Buried();
                break;
            case EntryState.Delayed:
                BuryDelayed();
                break;
            case EntryState.Held:
                break;
            default:
                // In no ring or heap: it came back from a worker just now, or was undecided until now.
                _table.Return(slot);
                break;
        }
    }

    private void SayUnoffered(Lane lane)
    {
        if (lane.SaidUnoffered || lane.Candidates.MemberCount > 0)
            return;
        lane.SaidUnoffered = true;
        Effects.Notices.Add(new DispatchNotice(NoticeKind.KindUnoffered, lane.KindName, lane.Waiting.Count, lane.Queue.Name));
    }
}
