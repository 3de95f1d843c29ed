using ActorBalancer.Storage;
using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>From a gateway's batch to the backlog: keys, the turn's commit, and checkpoint 1.</summary>
internal sealed partial class Dispatcher
{
    private const string StoreFull = "the store has no room left; the job was not accepted, submit it again when there is some";
    private const string StoreAway = "the store is away; the job was not accepted, submit it again";

    private readonly List<Submit> _parked = [];
    private readonly HashSet<string> _opening = [];
    private Turn _turn;
    private Turn _spare;
    private Turn? _committing;
    private Turn? _stalled;
    private long _stalledUntil;
    private long _inserting;

    /// <summary>Jobs that a gateway has validated. Answered when they are stored, or refused row by row.</summary>
    public void Submitted(int submitter, long ticket, JobBatch jobs, bool notify)
    {
        var submit = new Submit(submitter, ticket, jobs, notify);
        if (IsStoreLate)
        {
            RefuseLate(submit);
            return;
        }
        bool parked = false;
        foreach (string name in jobs.Queues)
        {
            if (_queues.ContainsKey(name))
                continue;
            if (!MayAccept(jobs, name))
            {
                submit = submit with { Unasked = [.. submit.Unasked, name] };
                continue;
            }
            parked = true;
            if (_opening.Add(name))
                Effects.OpenQueues.Add(name);
        }
        if (parked)
            _parked.Add(submit);
        else
            Accept(submit);
    }

    /// <summary>The answer to <see cref="DispatchEffects.OpenQueues"/>; a null row: there are too many queues.</summary>
    public void QueueOpened(string name, QueueRow? row)
    {
        _opening.Remove(name);
        if (row is null)
            _unopened[name] = _unopened.GetValueOrDefault(name) + 1;
        else
        {
            _unopened.Remove(name);
            if (row.NextSequence == 0 && !_queues.ContainsKey(name))
                Effects.Notices.Add(new DispatchNotice(NoticeKind.QueueChanged, name, 0, "created"));
            Own(row);
        }
        // In the order in which they came: that is the order of their sequences.
        for (int i = 0; i < _parked.Count; i++)
        {
            Submit submit = _parked[i];
            if (Array.IndexOf(submit.Jobs.Queues, name) < 0)
                continue;
            if (row is null)
                submit = submit with { Unopened = [.. submit.Unopened, name] };
            _parked[i] = submit;
            if (submit.Jobs.Queues.All(q => _queues.ContainsKey(q) || submit.Unopened.Contains(q) || submit.Unasked.Contains(q)))
            {
                _parked.RemoveAt(i--);
                Accept(submit);
            }
        }
    }

    /// <summary>Whether a job of the batch can get into that queue: one that is refused anyway shall not make a queue.</summary>
    private bool MayAccept(JobBatch jobs, string queue)
    {
        if (jobs.Rule == BatchRule.OnlyAsk)
            return false;
        bool whole = jobs.Rule == BatchRule.AllOrNone;
        for (int i = 0; i < jobs.Count; i++)
        {
            if ((whole || jobs.Queue(i) == queue) && _kinds.ContainsKey(jobs.Kind(i)) != whole)
                return !whole;
        }
        return whole;
    }

    /// <summary>What became of <see cref="DispatchEffects.Commit"/>.</summary>
    public void Committed(CommitResult result)
    {
        Turn turn = _committing!;
        _committing = null;
        CommitAnswered();
        switch (result)
        {
            case CommitResult.Done:
                if (_stalledUntil != 0)
                    Effects.Notices.Add(new DispatchNotice(NoticeKind.StoreBack, _nodeName, 0));
                _stalledUntil = 0;
                Apply(turn);
                turn.Clear();
                _spare = turn;
                break;
            case CommitResult.Unavailable:
            case CommitResult.Full:
                if (_stalledUntil == 0)
                    Effects.Notices.Add(new DispatchNotice(NoticeKind.StoreAway, _nodeName, turn.Commit.Outcomes.Count));
                // What came meanwhile is refused too: a caller hears within a retry that the store is away.
                (RefusalCode code, string why) = result == CommitResult.Full ? (RefusalCode.StoreFull, StoreFull) : (RefusalCode.StoreUnavailable, StoreAway);
                RefuseInserts(turn, code, why);
                RefuseInserts(_turn, code, why);
                _stalled = turn;
                _stalledUntil = Now.Micros + 200 * Moment.PerMillisecond;
                break;
            default:
                // An unknown commit is resolved under a new incarnation, which fences this one's transaction (rule 11).
                Effects.Fenced = true;
                if (result == CommitResult.Unknown && turn.Submits.Count > 0)
                    Effects.Unknown = new UnknownCommit([.. turn.Submits.Select(Unresolved)]);
                else
                    MoveSubmits(turn.Submits);
                MoveSubmits(turn.Reservations);
                // Nothing of these was stored, and whoever owns the queues next may take them.
                Disowned();
                break;
        }
    }

    private void Accept(Submit submit)
    {
        JobBatch jobs = submit.Jobs;
        long[] keys = new long[jobs.Count];
        RefusalCode[]? codes = null;
        string? detail = null;
        int accepted = 0;
        QueueState? queue = jobs.QueueOf is null ? _queues.GetValueOrDefault(jobs.Queues[0]) : null;
        bool kindKnown = jobs.KindOf is null && _kinds.ContainsKey(jobs.Kinds[0]);
        for (int i = 0; i < keys.Length; i++)
        {
            QueueState? q = jobs.QueueOf is null ? queue : _queues.GetValueOrDefault(jobs.Queue(i));
            RefusalCode code = RefusalCode.None;
            if (!kindKnown && _awaited.Count > 0 && !_kinds.ContainsKey(jobs.Kind(i)))
                (code, detail) = (RefusalCode.NotReady, detail ?? $"workers that may offer the kind '{jobs.Kind(i)}' have not reported to this router yet; submit again in a second");
            else if (!kindKnown && !_kinds.ContainsKey(jobs.Kind(i)))
                (code, detail) = (RefusalCode.UnknownKind, detail ?? $"no worker has ever registered the kind '{jobs.Kind(i)}'; known kinds: {string.Join(", ", _kindNames.Order(StringComparer.Ordinal))}");
            else if (q is null && (_queues.Count >= _options.Limits.Queues || submit.Unopened.Contains(jobs.Queue(i))))
                (code, detail) = (RefusalCode.Conflict, detail ?? $"queue '{jobs.Queue(i)}' would be one more than the {_options.Limits.Queues} that there may be; use an existing queue or raise limits.queues");
            else if (_waiting + _inserting >= _limits.MaxWaiting)
                (code, detail) = (RefusalCode.QueueFull, detail ?? $"{_limits.MaxWaiting} jobs wait already; submit again when some have run");
            if (code != RefusalCode.None)
            {
                codes ??= new RefusalCode[keys.Length];
                codes[i] = code;
                keys[i] = -1;
                _refused[(int)code]++;
                continue;
            }
            if (q is null)
            {
                // The batch is refused as a whole, so its queue was not made; nothing is wrong with this row.
                keys[i] = -1;
                continue;
            }
            keys[i] = JobKey.Pack(q.Number, jobs.Priority(i), q.NextSequence++);
            accepted++;
            _inserting++;
        }
        if (jobs.Rule != BatchRule.OnlyAsk && (codes is null || jobs.Rule != BatchRule.AllOrNone))
            RefuseUnopened(jobs, keys, ref codes, ref detail);
        if (jobs.Rule == BatchRule.Reserve)
        {
            Reserve(submit with { Keys = keys, Codes = codes, Detail = detail }, accepted);
            return;
        }
        if (jobs.Rule == BatchRule.OnlyAsk || (jobs.Rule == BatchRule.AllOrNone && codes is not null))
        {
            TakeBack(keys);
            accepted = 0;
        }
        if (accepted == 0)
        {
            Effects.Answers.Add(new SubmitAnswer(submit.Submitter, submit.Ticket, keys, codes, detail));
            return;
        }
        _turn.Commit.Inserts.Add(new InsertRows(jobs, keys, Now.UnixMs) { Ordered = OrderedAmong(jobs) });
        _turn.Submits.Add(submit with { Keys = keys, Codes = codes, Detail = detail, Accepted = accepted, AtUnixMs = Now.UnixMs });
    }

    /// <summary>Rows whose queues were not asked for, since their kind was unknown; a worker has offered it since.</summary>
    private void RefuseUnopened(JobBatch jobs, long[] keys, ref RefusalCode[]? codes, ref string? detail)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] >= 0 || (codes is not null && codes[i] != RefusalCode.None))
                continue;
            codes ??= new RefusalCode[keys.Length];
            codes[i] = RefusalCode.NotReady;
            detail ??= $"the first worker for the kind '{jobs.Kind(i)}' came just now; submit again";
            _refused[(int)RefusalCode.NotReady]++;
        }
    }

    private int[]? OrderedAmong(JobBatch jobs)
    {
        if (jobs.Sources is null)
            return null;
        int[] ordered = [.. jobs.Queues.Select(name => _queues.GetValueOrDefault(name)).Where(queue => queue is { Ordered: true }).Select(queue => queue!.Number)];
        return ordered.Length == 0 ? null : ordered;
    }

    /// <summary>The rows of a batch that is not accepted as a whole: nobody has seen their keys, so the next batch gets them.</summary>
    private void TakeBack(long[] keys)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] < 0)
                continue;
            _byNumber[JobKey.Queue(keys[i])]!.NextSequence--;
            _inserting--;
            keys[i] = -1;
        }
    }

    private void FlushCommit()
    {
        if (_committing is not null)
            return;
        if (_stalled is { } stalled)
        {
            if (Now.Micros < _stalledUntil)
                return;
            _stalled = null;
            _committing = stalled;
            CommitSent();
            Effects.Commit = stalled.Commit;
            return;
        }
        if (!_turn.IsDue)
        {
            // Nothing is on its way to the store, so whatever was read is settled.
            foreach (WorkerLink link in _fleet.Links)
                link.OutcomesCommitted = link.OutcomesRead;
            return;
        }
        foreach (WorkerLink link in _fleet.Links)
        {
            if (link.OutcomesRead != link.OutcomesCommitted)
                _turn.Acks.Add((link, link.OutcomesRead));
        }
        _committing = _turn;
        CommitSent();
        Effects.Commit = _turn.Commit;
        _turn = _spare;
    }

    private void Apply(Turn turn)
    {
        // Checkpoint 1: the inserts are stored, so the callers may be told.
        foreach (Submit submit in turn.Submits)
        {
            _inserting -= submit.Accepted;
            if (turn.Commit.HasLeftOut)
            {
                Insert(AnswerLeftOut(submit, turn.Commit));
                continue;
            }
            Effects.Answers.Add(new SubmitAnswer(submit.Submitter, submit.Ticket, submit.Keys, submit.Codes, submit.Detail));
            Insert(submit);
        }
        foreach ((_, Submit submit) in turn.Kept)
            Insert(turn.Commit.HasLeftOut ? AnswerLeftOut(submit, turn.Commit) : submit);
        ApplyReserved(turn);
        foreach (long horizon in turn.Commit.Horizons)
        {
            QueueState queue = _byNumber[JobKey.Queue(horizon)]!;
            queue.Horizon[JobKey.HighestPriority - JobKey.Priority(horizon)] = JobKey.Sequence(horizon);
        }
        Settle(turn);
        // Checkpoint 2: the outcomes are stored, so the workers may forget them.
        foreach ((WorkerLink link, long read) in turn.Acks)
            link.OutcomesCommitted = Math.Max(link.OutcomesCommitted, read);
    }

    private void Insert(Submit submit)
    {
        JobBatch jobs = submit.Jobs;
        Lane? lane = null;
        for (int i = 0; i < submit.Keys.Length; i++)
        {
            long key = submit.Keys[i];
            if (key < 0)
                continue;
            if (lane is null || jobs.QueueOf is not null || jobs.KindOf is not null)
                lane = LaneOf(_byNumber[JobKey.Queue(key)]!, jobs.Kind(i));
            QueueState queue = lane.Queue;
            queue.Counts.Accepted++;
            queue.Stored = Math.Max(queue.Stored, JobKey.Sequence(key) + 1);
            _waiting++;
            long runAt = jobs.RunAtUnixMs(i);
            int slot;
            if (runAt > submit.AtUnixMs)
            {
                queue.Scheduled++;
                slot = AddLater(key, jobs, i, lane, runAt);
            }
            else
            {
                queue.Waiting++;
                slot = AddReady(key, jobs, i, lane);
            }
            if (!submit.Notify)
                continue;
            if (slot < 0)
            {
                AddWatcher(key, submit.Submitter, submit.Ticket, i);
                continue;
            }
            ref JobEntry entry = ref _table[slot];
            entry.Submitter = submit.Submitter;
            entry.Ticket = submit.Ticket;
            entry.TicketRow = i;
        }
    }

    private int AddEntry(long key, JobBatch jobs, int row, Lane lane, long wantedUnixMs)
    {
        int slot = _table.Rent();
        ref JobEntry entry = ref _table[slot];
        entry.Key = key;
        entry.Jobs = jobs;
        entry.Row = row;
        entry.Lane = lane;
        entry.Worker = -1;
        entry.Submitter = -1;
        entry.Next = -1;
        entry.WantedUnixMs = wantedUnixMs;
        string? source = jobs.Source(row);
        entry.Source = source is null ? SourceHash.Of(key) : SourceHash.Of(source);
        lane.Queue.Map.Set(JobKey.Sequence(key), slot);
        if (_limits.IsBounded && lane.Queue.Ordered && source is not null)
        {
            if (!lane.Queue.Chains.TryGetValue(entry.Source, out SourceChain? chain))
                lane.Queue.Chains.Add(entry.Source, chain = new SourceChain(source));
            chain.Count++;
        }
        return slot;
    }

    /// <summary>Into the backlog, or behind the job of its source that goes first.</summary>
    private void Enter(int slot)
    {
        ref JobEntry entry = ref _table[slot];
        QueueState queue = entry.Lane.Queue;
        if (!entry.OwnsSource && IsOrdered(in entry))
        {
            if (queue.Loading || (_awaited.Count > 0 && queue.LoadBelow > 0))
            {
                // An earlier job of its source may be running, or not be read back yet.
                entry.State = EntryState.Undecided;
                _undecided.Add(slot);
                return;
            }
            bool first = !queue.SourceTails.TryGetValue(entry.Source, out int tail);
            queue.SourceTails[entry.Source] = slot;
            if (!first)
            {
                _table[tail].Next = slot;
                entry.State = EntryState.Held;
                return;
            }
            entry.OwnsSource = true;
        }
        entry.State = EntryState.Waiting;
        if (entry.Crashes > 0)
            entry.Lane.Suspects.Add(slot);
        else
            entry.Lane.Waiting.Add(slot);
    }

    private static bool IsOrdered(in JobEntry entry) => entry.Lane.Queue.Ordered && entry.Jobs.Source(entry.Row) is not null;

    private void RefuseInserts(Turn turn, RefusalCode code, string detail)
    {
        foreach (Submit submit in turn.Submits.Concat(turn.Reservations))
        {
            _inserting -= submit.Accepted;
            Refuse(submit, code, detail);
        }
        turn.Submits.Clear();
        turn.Reservations.Clear();
        turn.DropInserts();
    }

    private void Refuse(Submit submit, RefusalCode code, string detail)
    {
        long[] none = new long[submit.Keys.Length];
        Array.Fill(none, -1);
        RefusalCode[] codes = new RefusalCode[none.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            bool judged = submit.Codes is { } c && c[i] != RefusalCode.None;
            codes[i] = judged ? submit.Codes![i] : code;
            if (!judged)
                _refused[(int)code]++;
        }
        Effects.Answers.Add(new SubmitAnswer(submit.Submitter, submit.Ticket, none, codes, detail));
    }

    private readonly record struct Submit(int Submitter, long Ticket, JobBatch Jobs, bool Notify)
    {
        public long[] Keys { get; init; } = [];

        public RefusalCode[]? Codes { get; init; }

        public string? Detail { get; init; }

        public int Accepted { get; init; }

        /// <summary>When it was accepted: what is due later is scheduled.</summary>
        public long AtUnixMs { get; init; }

        public string[] Unopened { get; init; } = [];

        /// <summary>Queues that were not asked for, since every job of it for them is refused anyway.</summary>
        public string[] Unasked { get; init; } = [];
    }

    /// <summary>One turn of the owner's one writer: what it commits, and what follows once it is stored.</summary>
    private sealed class Turn(long incarnation)
    {
        public Commit Commit { get; } = new() { Incarnation = incarnation };

        public List<Submit> Submits { get; } = [];

        /// <summary>Submits that only want keys.</summary>
        public List<Submit> Reservations { get; } = [];

        /// <summary>Jobs that belong to outcomes or come from the inbox: nobody is told, and they stay when callers' jobs are refused.</summary>
        public List<(InsertRows Rows, Submit Submit)> Kept { get; } = [];

        /// <summary>Callers have been told that their jobs are not accepted.</summary>
        public void DropInserts()
        {
            Commit.Inserts.Clear();
            Commit.Inserts.AddRange(Kept.Select(kept => kept.Rows));
        }

        /// <summary>By outcome row: the job's slot.</summary>
        public List<int> Slots { get; } = [];

        /// <summary>Jobs that were cancelled before they ran; <see cref="Slots"/> has the complement of the index here.</summary>
        public List<Cancelled> Cancelled { get; } = [];

        public List<(WorkerLink Link, long Read)> Acks { get; } = [];

        /// <summary>Outcomes of other incarnations' runs were dropped: their workers may forget them only if the store still has us as the owner.</summary>
        public bool AsksFence { get; set; }

        public bool IsDue => AsksFence || !Commit.IsEmpty;

        public void Clear()
        {
            Commit.Inserts.Clear();
            Commit.Outcomes.Clear();
            Commit.Queues.Clear();
            Commit.Horizons.Clear();
            Commit.Inbox.Clear();
            Commit.Reserved.Clear();
            Commit.Posts.Clear();
            Commit.ClearAnswers();
            Submits.Clear();
            Reservations.Clear();
            Kept.Clear();
            Slots.Clear();
            Cancelled.Clear();
            Acks.Clear();
            AsksFence = false;
        }
    }
}
