using ActorBalancer.Dispatch;

namespace ActorBalancer.Intake;

/// <content>Which router gets what, while routers come and go and queues move between them.</content>
internal sealed partial class IntakeCore
{
    // Batches whose queue has no owner that can be reached.
    private Queue<IntakeBatch> _homeless = new();
    private bool _hasStrays;

    /// <summary>
    /// A router can be reached: new, or again after its connection broke. What may have been missed is asked for again.
    /// </summary>
    public void RouterUp(int router, bool isLocal, Moment now, IntakeEffects effects)
    {
        _routers.Add(router, isLocal);
        Retry(router, now, effects);
    }

    /// <summary>The router that was asked under that ticket is not the owner; it has done nothing.</summary>
    public void Moved(long ticket, Moment now, IntakeEffects effects)
    {
        if (Unanswered(ticket) is not { } batch)
        {
            _questions.Moved(ticket, _routers, ref _lastTicket, effects);
            return;
        }
        KnownRouter from = batch.To!;
        TakeBack(batch, mayBeAccepted: false);
        // Asked again at once it would say the same.
        if (batch.Jobs.Queues.Any(q => _routers.OfQueue(q).Router == from))
            _homeless.Enqueue(batch);
        else
            Place(batch, now, effects);
        SendTo(from, now, effects);
    }

    /// <summary>
    /// A router is gone for good: what it has not answered is unknown, unless submitting it twice does no harm; what it accepted is asked of
    /// the next owner.
    /// </summary>
    public void RouterGone(int router, Moment now, IntakeEffects effects)
    {
        KnownRouter? gone = _routers.Find(router);
        _routers.Remove(router);
        List<IntakeBatch> again = [.. gone?.Waiting ?? []];
        foreach (IntakeBatch batch in _batches.Values.OrderBy(b => b.Ticket).ToArray())
        {
            batch.NeedsWatch |= batch.Watching.Remove(router);
            if (batch.IsAnswered || batch.Router != router)
                continue;
            if (batch.IsRepeatable)
                again.Add(batch);
            else
                GiveUp(batch, Unknown, now, effects);
        }
        foreach (IntakeBatch batch in again)
        {
            if (batch.Ticket != 0)
                TakeBack(batch, mayBeAccepted: true);
            Place(batch, now, effects);
        }
        _questions.RouterGone(router, now.Micros, effects);
        Retry(0, now, effects);
    }

    /// <summary>Something has changed: what waits for a router may have one now.</summary>
    /// <param name="router">Has to be asked again for what it was asked; 0: none.</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Gets the messages.</param>
    private void Retry(int router, Moment now, IntakeEffects effects)
    {
        PlaceHomeless(now, effects);
        _hasStrays = false;
        foreach (IntakeBatch batch in _batches.Values.Where(b => b.IsAnswered && (b.NeedsWatch || b.Watching.Contains(router))).ToArray())
            WatchAgain(batch, effects);
        if (_routers.Current is null)
            return;
        _watches.SendAgain(_routers, router, ref _lastTicket, effects);
        _questions.SendWaiting(_routers, ref _lastTicket, effects);
    }

    private void TickWaiting(Moment now, IntakeEffects effects)
    {
        int count = _homeless.Count;
        for (int i = 0; i < count; i++)
        {
            IntakeBatch batch = _homeless.Dequeue();
            if (now.Micros - batch.SinceMicros < _routerWait)
            {
                _homeless.Enqueue(batch);
                continue;
            }
            _outstandingJobs -= batch.Jobs.Count;
            _outstandingBytes -= batch.Bytes;
            Refuse(batch, RefusalCode.NotReady, NoRouter, now, effects);
        }
        Retry(0, now, effects);
    }

    private void PlaceHomeless(Moment now, IntakeEffects effects)
    {
        (Queue<IntakeBatch> waiting, _homeless) = (_homeless, new());
        foreach (IntakeBatch batch in waiting)
            Place(batch, now, effects);
    }

    /// <summary>To the owner of its queues; in parts where there are several.</summary>
    private void Place(IntakeBatch batch, Moment now, IntakeEffects effects)
    {
        if (_isStopping)
        {
            // Refused with all that waits.
            _homeless.Enqueue(batch);
            return;
        }
        JobBatch jobs = batch.Jobs;
        KnownRouter? to = _routers.OfQueue(jobs.Queues[0]).Router;
        bool isWhole = true;
        for (int i = 1; i < jobs.Queues.Length && isWhole; i++)
            isWhole = _routers.OfQueue(jobs.Queues[i]).Router == to;
        if (!isWhole)
        {
            foreach (IntakeBatch part in Parts(batch))
                Place(part, now, effects);
        }
        else if (to is null)
        {
            _homeless.Enqueue(batch);
        }
        else
        {
            to.Waiting.Enqueue(batch);
            SendTo(to, now, effects);
        }
    }

    private List<IntakeBatch> Parts(IntakeBatch batch)
    {
        JobBatch jobs = batch.Jobs;
        BatchSplit? split = batch.Split;
        BatchRule rule = jobs.Rule;
        if (batch.Sink is not null && split is null)
        {
            // Together or not at all: no owner may accept before all have said that they would.
            split = new BatchSplit(batch) { Open = 1, IsFirstAsked = rule == BatchRule.AllOrNone };
            rule = split.IsFirstAsked ? BatchRule.OnlyAsk : rule;
        }
        List<IntakeBatch> parts = [];
        foreach (IGrouping<KnownRouter?, int> rows in Enumerable.Range(0, jobs.Count).GroupBy(row => _routers.OfQueue(jobs.Queue(row)).Router))
        {
            int[] taken = [.. rows];
            JobBatch some = BatchSplit.Take(jobs, taken, rule);
            IntakeBatch part = batch.Sink is { } sink
                ? new IntakeBatch(some, batch.Tag, sink, batch.Notify && rule != BatchRule.OnlyAsk)
                {
                    Split = split,
                    Whole = batch.Whole ?? batch,
                    WholeRows = batch.WholeRows is null ? taken : [.. taken.Select(row => batch.WholeRows[row])],
                }
                : new IntakeBatch(some, [.. taken.Select(row => batch.Callers![row])]);
            part.SinceMicros = batch.SinceMicros;
            part.FirstMicros = batch.FirstMicros;
            part.MayBeAccepted = batch.MayBeAccepted;
            for (int i = 0; i < taken.Length; i++)
            {
                // The end of a job may overtake the answer to its submit.
                if (batch.HasEnded(taken[i]))
                    part.TryEnd(i);
            }
            parts.Add(part);
            _outstandingBytes += part.Bytes;
        }
        _outstandingBytes -= batch.Bytes;
        if (split is not null)
            split.Open += parts.Count - 1;
        return parts;
    }

    private void Join(
        BatchSplit split, IntakeBatch part, long[] keys, RefusalCode[]? codes, string? detail, Moment now, IntakeEffects effects)
    {
        split.Add(part, keys, codes, detail);
        if (split.Open > 0)
            return;
        IntakeBatch whole = part.Whole!;
        if (split.IsFirstAsked && split.Codes is null && !_isStopping)
        {
            // Crash point: some owners may accept from now on, and others be lost.
            BatchSplit second = new(whole) { Open = 1 };
            IntakeBatch all = new(whole.Jobs, whole.Tag, whole.Sink!, whole.Notify)
            {
                Split = second,
                Whole = whole,
                WholeRows = [.. Enumerable.Range(0, whole.Jobs.Count)],
            };
            all.SinceMicros = all.FirstMicros = now.Micros;
            all.MayBeAccepted = whole.MayBeAccepted;
            for (int i = 0; i < whole.Jobs.Count; i++)
            {
                // Told by a router whose answer never came.
                if (whole.HasEnded(i))
                    all.TryEnd(i);
            }
            _outstandingJobs += all.Jobs.Count;
            _outstandingBytes += all.Bytes;
            Place(all, now, effects);
            return;
        }
        if (whole.Jobs.Rule == BatchRule.AllOrNone)
            split.SayHalf();
        if (whole.MayBeAccepted)
            split.SayUnsure();
        effects.BatchReplies.Add(new(whole.Sink!, whole.Tag, split.Keys, split.Codes, split.Detail));
    }

    private void SendTo(KnownRouter router, Moment now, IntakeEffects effects)
    {
        while (router.Waiting.TryPeek(out IntakeBatch? batch))
        {
            if (!router.IsLocal && router.UnansweredBytes > 0 && router.UnansweredBytes + batch.Bytes > limits.RemoteWindowBytes)
                return;
            router.Waiting.Dequeue();
            batch.Ticket = ++_lastTicket;
            batch.To = router;
            batch.SinceMicros = now.Micros;
            _batches.Add(batch.Ticket, batch);
            while (_sent.TryPeek(out (long Ticket, long SinceMicros) first) && Unanswered(first.Ticket) is null)
                _sent.Dequeue();
            _sent.Enqueue((batch.Ticket, now.Micros));
            router.UnansweredBytes += batch.Bytes;
            effects.Batches.Add(batch);
        }
    }

    /// <summary>It was sent, and nothing came of it. The time that it has to find an owner runs from its submit.</summary>
    private void TakeBack(IntakeBatch batch, bool mayBeAccepted)
    {
        batch.MayBeAccepted |= mayBeAccepted && batch.Jobs.Rule != BatchRule.OnlyAsk;
        _batches.Remove(batch.Ticket);
        batch.To!.UnansweredBytes -= batch.Bytes;
        batch.To = null;
        batch.Ticket = 0;
        batch.SinceMicros = batch.FirstMicros;
    }

    private List<IntakeBatch> TakeWaiting()
    {
        List<IntakeBatch> waiting = [.. _homeless];
        _homeless.Clear();
        foreach (KnownRouter router in _routers.All)
        {
            waiting.AddRange(router.Waiting);
            router.Waiting.Clear();
        }
        return waiting;
    }

    /// <summary>Asks for the ends of the batch's jobs that have not ended, each of the owner of its queue.</summary>
    private void WatchAgain(IntakeBatch batch, IntakeEffects effects)
    {
        int[] rows = new int[batch.Unfinished];
        long[] keys = new long[batch.Unfinished];
        int n = 0;
        for (int i = 0; i < batch.Jobs.Count; i++)
        {
            if (!batch.HasEnded(i))
                (rows[n], keys[n++]) = (i, batch.Keys![i]);
        }
        KnownRouter?[] ways = [.. keys.Select(key => _routers.OfKey(key).Router)];
        batch.NeedsWatch = Array.Exists(ways, way => way is null);
        _hasStrays |= batch.NeedsWatch;
        KnownRouter[] owners = [.. ways.OfType<KnownRouter>().Distinct()];
        if (owners.Length == 0)
            return;
        _batches.Remove(batch.Ticket);
        batch.Ticket = ++_lastTicket;
        batch.Rows = rows;
        batch.Watching.Clear();
        _batches.Add(batch.Ticket, batch);
        foreach (KnownRouter owner in owners)
        {
            // Row i stays row i for each of them; what another one owns is left out.
            batch.Watching.Add(owner.Number);
            effects.Watches.Add(new(owner.Number, batch.Ticket, owners.Length == 1 && !batch.NeedsWatch
                ? keys
                : [.. keys.Select((key, i) => ways[i] == owner ? key : -1)]));
        }
    }
}
