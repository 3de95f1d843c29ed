namespace ActorBalancer.Work;

/// <content>The slots and the line before them.</content>
internal sealed partial class WorkerCore
{
    private const int LongestError = 4096;

    private readonly Slot[] _slots;
    private readonly int[] _free;
    private readonly Ring<Waiting> _waiting = new();
    private int _freeCount;
    private int _newestSlot;
    private int _abandoned;
    private int _startsInWindow;
    private bool _restartAsked;

    private enum SlotState : byte
    {
        Free,
        Running,

        /// <summary>Reported as failed, but the handler has not ended: the slot is occupied.</summary>
        Abandoned,
    }

    /// <summary>A run has ended. True: the slot has its next job, and the same runner goes on with it.</summary>
    public bool EndRun(int slot, in RunEnd end, Moment now, out StartedRun next)
    {
        ref Slot run = ref _slots[slot];
        WorkerLink? told = null;
        if (run.State == SlotState.Running)
        {
            told = Finish(ref run, end, now);
            _prefetch.RunEnded(now.Micros - run.StartedMicros);
        }
        else if (run.State == SlotState.Abandoned)
        {
            _abandoned--;
        }
        else
        {
            throw new InvalidOperationException($"Slot {slot} has no run that could end.");
        }

        run = default;
        bool goesOn = _waiting.Count > 0;
        if (goesOn)
        {
            Start(slot, now, out next);
        }
        else
        {
            next = default;
            _free[_freeCount++] = slot;
        }

        if (told is not null)
            Settle(told, now);
        if (_draining)
            CheckDrained(now);
        return goesOn;
    }

    private void Start(int slot, Moment now, out StartedRun run)
    {
        ref Waiting first = ref _waiting[0];
        ref Slot s = ref _slots[slot];
        _newestSlot = slot;
        s.State = SlotState.Running;
        s.Job = first.Job;
        s.Token = first.Token;
        s.Link = first.Link;
        s.StartedMicros = now.Micros;
        s.StartedUnixMs = now.UnixMs;
        s.Deadline = first.Job.TimeLimitMs > 0 ? now.Micros + first.Job.TimeLimitMs * Moment.PerMillisecond : long.MaxValue;
        run = new StartedRun { Slot = slot, Token = first.Token, Job = first.Job };
        _waiting.Drop();
        _startsInWindow++;
        Need(s.Deadline);
    }

    /// <summary>Writes down how a run ended; returns the link to tell.</summary>
    private WorkerLink? Finish(ref Slot run, in RunEnd end, Moment now)
    {
        FinishedRun finished = new()
        {
            Token = run.Token,
            Key = run.Job.Key,
            Outcome = end.Outcome,
            RetryAfterMs = end.RetryAfterMs,
            StartedUnixMs = run.StartedUnixMs,
            DurationMicros = now.Micros - run.StartedMicros,
            Result = end.Result,
            Error = end.Error?.Length > LongestError ? end.Error[..LongestError] : end.Error,
            // Of a run that is tried again the next attempt submits them.
            Submits = end.Outcome is AttemptOutcome.Succeeded or AttemptOutcome.Discarded ? end.Submits : null,
        };
        if (end.Outcome == AttemptOutcome.Cancelled)
        {
            (finished.Outcome, finished.Error) = run.Cancel switch
            {
                CancelReason.Asked => (AttemptOutcome.Cancelled, end.Error),
                CancelReason.TimeLimit => (AttemptOutcome.Failed, $"ran over its time limit of {run.Job.TimeLimitMs} ms"),
                CancelReason.Drain => (AttemptOutcome.Released, "the node stopped before it ended"),
                CancelReason.ContactLost => (AttemptOutcome.Released, "the worker lost contact to every router"),
                _ => (AttemptOutcome.Failed, end.Error ?? "the handler ended as cancelled, but nobody had cancelled it"),
            };
        }

        Finished++;
        ServiceMicros += finished.DurationMicros;
        return Tell(run.Link, finished, run.Job.Attempt);
    }

    /// <summary>Puts an outcome on the newest link of the router that owns its job; null where that is gone for good.</summary>
    private WorkerLink? Tell(WorkerLink origin, in FinishedRun finished, int attempt)
    {
        origin.Done++;
        if (origin.Superseded)
            _adopted--;
        // One that has claimed the queue and not yet answered our hello has no link; it gets this when it has.
        WorkerLink? link = HomeOf(finished.Key, origin.Route).Link ?? _routes[origin.Route].Link;
        link?.Outcomes.Add(finished, attempt);
        if (link is not null && link != origin)
        {
            // An adopted run's outcome is read on this link, so it counts as a job that came and went here.
            link.Received++;
            link.Done++;
        }
        return link;
    }

    private void EndWaiting(in Waiting job, AttemptOutcome outcome) =>
        Tell(job.Link, new FinishedRun { Token = job.Token, Key = job.Job.Key, Outcome = outcome, RetryAfterMs = -1 }, job.Job.Attempt);

    /// <summary>Hands back what has not started; null: of all links.</summary>
    private void ReleaseWaiting(WorkerLink? of, Moment now)
    {
        for (int left = _waiting.Count; left > 0; left--)
        {
            Waiting job = _waiting[0];
            _waiting.Drop();
            if (of is null || job.Link.Route == of.Route)
                EndWaiting(job, AttemptOutcome.Released);
            else
                _waiting.Add(job);
        }
        SettleAll(now);
    }

    private void CancelSlot(int slot, CancelReason reason, Moment now)
    {
        _slots[slot].Cancel = reason;
        _slots[slot].CancelledMicros = now.Micros;
        Effects.Cancels.Add((slot, reason));
        Need(now.Micros + CancelGrace);
    }

    /// <summary>The handler will not end: its job goes on without it, its slot does not.</summary>
    private void Abandon(int slot, in RunEnd end, Moment now)
    {
        ref Slot run = ref _slots[slot];
        WorkerLink? told = Finish(ref run, end, now);
        run = new Slot { State = SlotState.Abandoned };
        _abandoned++;
        if (told is not null)
            Settle(told, now);
        if (_restartAsked || _draining || _abandoned * 2 < _slots.Length)
            return;
        _restartAsked = true;
        Effects.RestartWanted = true;
        Drain(now.Micros + _drainTime, now);
    }

    private void SettleAll(Moment now)
    {
        foreach (RouterRoute way in _routes)
        {
            if (way.Link is { } link)
                Settle(link, now);
        }
    }

    private struct Slot
    {
        public SlotState State;
        public AssignedJob Job;
        public RunToken Token;
        public WorkerLink Link;
        public long StartedMicros;
        public long StartedUnixMs;
        public long Deadline;
        public CancelReason Cancel;
        public long CancelledMicros;
    }

    private struct Waiting
    {
        public AssignedJob Job;
        public RunToken Token;
        public WorkerLink Link;
        public long ReceivedMicros;
    }
}
