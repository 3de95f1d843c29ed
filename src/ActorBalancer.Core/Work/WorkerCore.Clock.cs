namespace ActorBalancer.Work;

/// <content>All that happens because time passes. The machine says when it wants to be woken; being late is harmless.</content>
internal sealed partial class WorkerCore
{
    // A wake this many times the hand-back time late means that the process had no processor, not that jobs are long.
    private const int LateWakes = 4;

    private long _armed = long.MaxValue;
    private long _lastContact;
    private bool _hadContact;
    private bool _contactLost;
    private long _noRouterSince;
    private bool _noRouterSaid;
    private long _handBackCheck = long.MaxValue;
    private bool _draining;
    private bool _drainedSaid;
    private long _drainDeadline = long.MaxValue;

    /// <summary>Time has passed: the wake that was asked for, or any other moment.</summary>
    public void Tick(Moment now)
    {
        _armed = long.MaxValue;
        foreach (RouterRoute way in _routes)
            CheckRoute(way, now);
        CheckContact(now);
        CheckSlots(now);
        CheckWaiting(now);
        if (_draining)
            CheckDrained(now);
        NeedAll();
    }

    private void CheckRoute(RouterRoute way, Moment now)
    {
        if (!way.Present && now.Micros - way.LostAtMicros >= KnockTime)
            way.HelloAt = long.MaxValue;
        if (now.Micros >= way.HelloAt)
            SayHello(way, now);
        if (way.Link is not { } link)
            return;
        if (!way.Present)
        {
            // Its successor asks for these outcomes. Once another router has been there for so long without doing so, nobody will.
            if (now.Micros >= GivenUpAt(way))
            {
                ReleaseWaiting(link, now);
                CloseLink(link);
                way.Link = null;
            }
            return;
        }

        if (now.Micros - link.LastFullMicros >= _reportInterval)
            SendFull(link, now);
        else if (link.HeldSince != 0 && way.Open && now.Micros - link.HeldSince >= ReportHold)
            SendLight(link, now);
    }

    /// <summary>When a lost router's link is given up; never while there is no other router.</summary>
    private long GivenUpAt(RouterRoute lost)
    {
        long at = long.MaxValue;
        foreach (RouterRoute way in _routes)
        {
            if (way is { Open: true, Link: not null })
                at = Math.Min(at, Math.Max(lost.LostAtMicros, way.WelcomedAtMicros) + _contactLease);
        }
        return at;
    }

    /// <summary>Without word from any router our jobs may soon run elsewhere (rule 8): stop them and wait for a welcome.</summary>
    private void CheckContact(Moment now)
    {
        if (_hadContact && !_contactLost && now.Micros - _lastContact >= _contactLease)
        {
            _contactLost = true;
            ReleaseWaiting(null, now);
            for (int i = 0; i < _slots.Length; i++)
            {
                if (_slots[i].State == SlotState.Running && _slots[i].Cancel == CancelReason.None)
                    CancelSlot(i, CancelReason.ContactLost, now);
            }
            foreach (RouterRoute way in _routes)
            {
                if (way.Link is { } link)
                    link.Suspended = true;
                if (way.Present)
                    SayHello(way, now);
            }
        }

        if (!_noRouterSaid && !AnyRouter() && now.Micros - _noRouterSince >= _noRouterExit)
        {
            _noRouterSaid = true;
            Effects.NoRouter = true;
        }
    }

    private void CheckSlots(Moment now)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            ref Slot run = ref _slots[i];
            if (run.State != SlotState.Running)
                continue;
            if (run.Cancel == CancelReason.None && now.Micros >= run.Deadline)
                CancelSlot(i, CancelReason.TimeLimit, now);
            else if (run.Cancel != CancelReason.None && now.Micros - run.CancelledMicros >= CancelGrace)
                GiveUp(i, now);
        }
    }

    private void GiveUp(int slot, Moment now)
    {
        switch (_slots[slot].Cancel)
        {
            case CancelReason.TimeLimit:
                string limit = $"ran over its time limit of {_slots[slot].Job.TimeLimitMs} ms and ignored its cancellation";
                Abandon(slot, new RunEnd { Outcome = AttemptOutcome.Failed, RetryAfterMs = -1, Error = limit }, now);
                break;
            case CancelReason.Asked:
                Abandon(slot, new RunEnd { Outcome = AttemptOutcome.Cancelled, Error = "ignored its cancellation" }, now);
                break;
            case CancelReason.ContactLost when now.Micros - _slots[slot].Deadline >= CancelGrace:
                // Told only now: as long as it may still end by itself, another run of it would be one too many.
                string lost = "ignored its cancellation after the worker lost contact";
                Abandon(slot, new RunEnd { Outcome = AttemptOutcome.Failed, RetryAfterMs = -1, Error = lost }, now);
                break;
        }
    }

    /// <summary>
    /// Hands back what waits behind long jobs. As many as started within the last hand-back time are expected to start
    /// within the next, so these stay; the others have waited too long here and may find a free slot elsewhere.
    /// </summary>
    private void CheckWaiting(Moment now)
    {
        if (now.Micros < _handBackCheck)
            return;
        bool late = now.Micros - _handBackCheck > LateWakes * _handBack;
        _handBackCheck = long.MaxValue;
        int stay = _startsInWindow, given = 0;
        if (!late && _waiting.Count > stay)
        {
            int count = _waiting.Count;
            for (int i = 0; i < count; i++)
            {
                Waiting job = _waiting[0];
                _waiting.Drop();
                if (i < stay || now.Micros - job.ReceivedMicros < _handBack)
                {
                    _waiting.Add(job);
                    continue;
                }
                EndWaiting(job, AttemptOutcome.Released);
                given++;
            }
        }

        if (given > 0)
        {
            _prefetch.Forget();
            SettleAll(now);
        }
        WatchWaiting(now);
    }

    private void WatchWaiting(Moment now)
    {
        if (_waiting.Count == 0 || _handBackCheck != long.MaxValue)
            return;
        _startsInWindow = 0;
        _handBackCheck = now.Micros + _handBack;
        Need(_handBackCheck);
    }

    private void CheckDrained(Moment now)
    {
        if (_drainedSaid)
            return;
        bool timeIsUp = now.Micros >= _drainDeadline, lastWord = now.Micros >= _drainDeadline + LastWord;
        for (int i = 0; timeIsUp && i < _slots.Length; i++)
        {
            if (_slots[i].State != SlotState.Running)
                continue;
            if (lastWord)
                Abandon(i, new RunEnd { Outcome = AttemptOutcome.Released, Error = "the node stopped before it ended" }, now);
            else if (_slots[i].Cancel == CancelReason.None)
                CancelSlot(i, CancelReason.Drain, now);
        }

        bool done = now.Micros >= _drainDeadline + 2 * LastWord || (_freeCount + _abandoned == _slots.Length && AllStored());
        if (!done)
        {
            Need(NextDrainCheck(now));
            return;
        }
        _drainedSaid = true;
        Effects.Drained = true;
    }

    private long NextDrainCheck(Moment now)
    {
        long at = _drainDeadline;
        while (at <= now.Micros)
            at += LastWord;
        return at;
    }

    private bool AllStored()
    {
        foreach (RouterRoute way in _routes)
        {
            if (way is { Present: true, Link.Outcomes.Count: > 0 })
                return false;
        }
        return true;
    }

    private void Need(long at)
    {
        if (at >= _armed)
            return;
        _armed = at;
        Effects.WakeAt = Math.Max(at, 1);
    }

    private void NeedAll()
    {
        foreach (RouterRoute way in _routes)
        {
            Need(way.HelloAt);
            if (way.Link is not { } link)
                continue;
            Need(way.Present ? link.LastFullMicros + _reportInterval : GivenUpAt(way));
            if (way.Open && link.HeldSince != 0)
                Need(link.HeldSince + ReportHold);
        }
        if (_hadContact && !_contactLost)
            Need(_lastContact + _contactLease);
        if (!_noRouterSaid && !AnyRouter())
            Need(_noRouterSince + _noRouterExit);
        Need(_handBackCheck);
        foreach (ref readonly Slot run in _slots.AsSpan())
        {
            if (run.State == SlotState.Running)
                Need(run.Cancel == CancelReason.None ? run.Deadline : GiveUpAt(run));
        }
    }

    private static long GiveUpAt(in Slot run) => run.Cancel switch
    {
        CancelReason.Drain => long.MaxValue,
        CancelReason.ContactLost when run.Deadline == long.MaxValue => long.MaxValue,
        CancelReason.ContactLost => Math.Max(run.CancelledMicros, run.Deadline) + CancelGrace,
        _ => run.CancelledMicros + CancelGrace,
    };
}
