using ActorBalancer.Storage;
using ActorBalancer.Strategies;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>What became of the runs: matched by token alone, decided here, stored before the worker forgets them (checkpoint 2).</summary>
internal sealed partial class Dispatcher
{
    private readonly Dictionary<long, List<(int Submitter, long Ticket, int Index)>> _watchers = [];

    /// <summary>Long enough for a queue to find its next owner, and for that one to be heard.</summary>
    private const long ForAnotherTime = 30 * Moment.PerSecond;

    private void ReadOutcomes(WorkerLink link, WorkerReport report)
    {
        long number = report.FirstOutcome;
        // A full report starts with all that the worker keeps. What lies before it was stored, so nothing is missing; only the
        // counters of a link that was set up by a late report do not know.
        if (report.Held is not null && number > link.OutcomesRead + 1)
            link.OutcomesRead = number - 1;
        if (number > link.OutcomesRead + 1)
            return; // A report got lost; the worker repeats all that is not committed once a second.
        foreach (ref readonly FinishedRun run in report.Outcomes.AsSpan())
        {
            if (number++ <= link.OutcomesRead)
                continue;
            if (IsOffered(in run))
                return; // Its job is not read back yet; the worker repeats it.
            if (IsForAnother(in run) && !IsOverdue(link))
                return; // The worker keeps it until the queue's owner welcomes it, and tells that one.
            if (IsEarly(link, in run))
                return; // Its hello got lost, and it took another welcome for the answer.
            if (run.Submits is not null && !HasQueues(in run))
                return;
            link.OutcomesRead++;
            if (!IsForAnother(in run))
                link.ForAnotherSince = 0;
            ReadOutcome(link, in run);
        }
    }

    /// <summary>Another incarnation gave the job out, and its queue is not this one's: its owner waits for this, and would never hear of it.</summary>
    private bool IsForAnother(in FinishedRun run) => !run.IsNothing && run.Token.Incarnation != _incarnation && run.Key >= 0 && _byNumber[JobKey.Queue(run.Key)] is null;

    /// <summary>By then an owner that waits for it has said so to the worker, see <see cref="WelcomeAgain"/>; all others wait behind it.</summary>
    private bool IsOverdue(WorkerLink link)
    {
        if (link.ForAnotherSince == 0)
            link.ForAnotherSince = Now.Micros;
        return Now.Micros - link.ForAnotherSince >= ForAnotherTime;
    }

    /// <summary>Until the worker has said what it holds, nobody knows whether this is the outcome of a job that waits to be adopted.</summary>
    private bool IsEarly(WorkerLink link, in FinishedRun run) =>
        !run.IsNothing && run.Token.Incarnation != _incarnation && _awaited.Contains(link.Name) && !_adopted.ContainsKey(run.Token);

    private void ReadOutcome(WorkerLink link, in FinishedRun run)
    {
        int slot = run.Token.Slot;
        if (run.Token.Incarnation != _incarnation)
        {
            if (!_adopted.Remove(run.Token, out slot))
                slot = -1;
        }
        else if ((uint)slot >= (uint)_table.High || _table[slot].Generation != run.Token.Generation || _table[slot].Adopted)
            slot = -1;
        if (slot < 0 || _table[slot].State != EntryState.Sent || _table[slot].Worker != link.Row)
        {
            link.Strays.Remove(run.Token);
            // What never started was only handed back; a run that did start is a duplicate worth telling. One of an earlier incarnation
            // that was not adopted is recorded: its outcome was stored and only the acknowledgement did not arrive. Unless we are of the past
            // ourselves, which the store shall say before the worker forgets it.
            _turn.AsksFence |= !run.IsNothing && run.Token.Incarnation != _incarnation;
            if (run.StartedUnixMs > 0 && run.Token.Incarnation == _incarnation)
            {
                StaleOutcomes++;
                Effects.Notices.Add(new DispatchNotice(NoticeKind.StaleOutcome, link.Name, StaleOutcomes));
            }
            return;
        }
        EndRun(slot, link);
        if (_table[slot].CancelRequested)
            link.Cancels.Remove(run.Token);
        // Somebody asked for the cancel, maybe of an earlier incarnation.
        _table[slot].CancelRequested |= run.Outcome == AttemptOutcome.Cancelled;
        if (run.StartedUnixMs == 0 && run.Outcome is AttemptOutcome.Released or AttemptOutcome.Cancelled)
            PutBack(slot, link);
        else
            Decide(slot, link, in run);
    }

    /// <summary>The run no longer counts as in flight, whatever becomes of the job.</summary>
    private void EndRun(int slot, WorkerLink link)
    {
        ref JobEntry entry = ref _table[slot];
        link.InFlight--;
        if (entry.Crashes > 0)
            link.Suspects--;
        if (entry.Adopted)
            link.Adopted--;
        entry.Lane.Queue.Running--;
        _fleet.Changed(link.Row);
    }

    /// <summary>
    /// Handed back before it started: nothing to store, it waits again at its old place. Bound early, that is its worker's line:
    /// a second pick would give the shares of the busy workers to the others.
    /// </summary>
    private void PutBack(int slot, WorkerLink link)
    {
        ref JobEntry entry = ref _table[slot];
        entry.Worker = -1;
        entry.Adopted = false;
        Waits(ref entry);
        if (entry.CancelRequested)
            CancelWaiting(slot);
        else if (entry.Lane.Queue.Binding == Binding.Early && entry.Crashes == 0 && link.TakesJobs && WeightOf(link) > 0)
            Bind(slot, link);
        else
            Enter(slot);
    }

    private void Decide(int slot, WorkerLink link, in FinishedRun run)
    {
        ref JobEntry entry = ref _table[slot];
        link.Finished++;
        entry.Runs++;
        var row = new OutcomeRow
        {
            Key = entry.Key,
            Attempt = entry.Runs,
            Outcome = run.Outcome,
            Worker = link.Name,
            StartedUnixMs = run.StartedUnixMs,
            FinishedUnixMs = run.StartedUnixMs + (run.DurationMicros + 500) / 1000,
            Error = run.Error,
            Why = WhyWord.Text(entry.Why, entry.Lane.Queue),
            Result = run.Result,
        };
        AttemptOutcome outcome = run.Outcome;
        if (run.Submits is { } submits)
        {
            if (WhyNot(submits) is { } problem)
                (outcome, row.Outcome, row.Error, row.Result) = (AttemptOutcome.Failed, AttemptOutcome.Failed, problem, default);
            else
                AddSubmits(submits);
        }
        switch (outcome)
        {
            case AttemptOutcome.Succeeded:
                Tally(link, entry.Lane.Kind, in run, outcome, entry.SentUnixMs);
                row.State = JobState.Succeeded;
                break;
            case AttemptOutcome.Discarded:
                Tally(link, entry.Lane.Kind, in run, outcome, entry.SentUnixMs);
                row.State = JobState.Discarded;
                break;
            case AttemptOutcome.Retry:
            case AttemptOutcome.Failed:
                entry.Used++;
                Tally(link, entry.Lane.Kind, in run, outcome, entry.SentUnixMs);
                Retry(ref entry, ref row, outcome == AttemptOutcome.Retry ? run.RetryAfterMs : -1);
                break;
            default:
                // Released by a drain, or cancelled by a worker that lost all routers: costs no attempt.
                row.Outcome = AttemptOutcome.Released;
                row.State = JobState.Waiting;
                break;
        }
        Record(slot, ref row);
    }

    private void Retry(ref JobEntry entry, ref OutcomeRow row, long afterMs)
    {
        RetryPolicy policy = RetryPolicy.Of(entry.Lane.Queue.Options);
        if (policy.IsSpent(entry.Used, entry.Jobs.AttemptsAllowed(entry.Row)))
        {
            row.State = JobState.Dead;
            row.Reason = DeadReason.Attempts;
            return;
        }
        row.State = JobState.Retrying;
        row.RunAtUnixMs = Now.UnixMs + (afterMs >= 0 ? afterMs : policy.DelayMs(entry.Used, (_dice.Next() >> 11) * (1.0 / (1UL << 53))));
    }

    /// <summary>Into the turn's commit. Once a caller asked for a cancel, nothing but success or the handler's own discard beats it.</summary>
    private void Record(int slot, ref OutcomeRow row)
    {
        ref JobEntry entry = ref _table[slot];
        if (entry.CancelRequested && row.State is (JobState.Waiting or JobState.Retrying or JobState.Dead))
        {
            row.State = JobState.Cancelled;
            row.Reason = DeadReason.None;
            row.Outcome = row.Outcome == AttemptOutcome.Lost ? AttemptOutcome.Lost : AttemptOutcome.Cancelled;
        }
        row.Used = entry.Used;
        row.Crashes = entry.Crashes;
        entry.State = EntryState.Finishing;
        entry.Adopted = false;
        _turn.Commit.Outcomes.Add(row);
        _turn.Slots.Add(slot);
    }

    /// <summary>All that the worker had is lost. The crash count is stored before a job runs again (rule 10).</summary>
    private void LoseRuns(WorkerLink link, bool crashed)
    {
        for (int slot = 0; slot < _table.High; slot++)
        {
            ref JobEntry entry = ref _table[slot];
            if (entry.State != EntryState.Sent || entry.Worker != link.Row)
                continue;
            EndRun(slot, link);
            LoseRun(slot, link.Name, entry.SentUnixMs, crashed);
        }
        foreach (RunToken token in _adopted.Where(a => _table[a.Value].State != EntryState.Sent).Select(a => a.Key).ToArray())
            _adopted.Remove(token);
    }

    /// <summary>The outcomes of the turn are stored: tell those who asked, run again what is to run again, forget the rest.</summary>
    private void Settle(Turn turn)
    {
        Span<OutcomeRow> rows = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(turn.Commit.Outcomes);
        HashSet<long>? missing = turn.Commit.Missing.Count > 0 ? [.. turn.Commit.Missing] : null;
        for (int i = 0; i < rows.Length; i++)
        {
            ref OutcomeRow row = ref rows[i];
            int slot = turn.Slots[i];
            if (slot < 0)
                CancelSettled(row.Key);
            if (missing?.Contains(row.Key) == true)
            {
                Duplicate(slot, row.Key);
                continue;
            }
            if (slot < 0)
            {
                Cancelled cancelled = turn.Cancelled[~slot];
                Tell(cancelled.Submitter, cancelled.Ticket, cancelled.TicketRow, cancelled.Losses, in row);
                TellStep(cancelled.Lane, in row);
                cancelled.Lane.Queue.Counts.Ended(row.State, Now.UnixMs - cancelled.WantedUnixMs);
                continue;
            }
            ref JobEntry entry = ref _table[slot];
            TellStep(entry.Lane, in row);
            if (JobTransitions.IsFinal(row.State))
            {
                Tell(entry.Submitter, entry.Ticket, entry.TicketRow, entry.Losses, in row);
                entry.Lane.Queue.Counts.Ended(row.State, Now.UnixMs - entry.WantedUnixMs);
                Forget(slot, row.State);
                continue;
            }
            if (entry.State == EntryState.Leaving)
            {
                SettlePromoted(slot);
                continue;
            }
            entry.Worker = -1;
            if (row.State == JobState.Retrying)
                entry.Lane.Queue.Counts.Retried++;
            if (row.State == JobState.Retrying && !entry.CancelRequested)
            {
                Defer(slot, row.RunAtUnixMs);
                continue;
            }
            Waits(ref entry);
            if (entry.CancelRequested)
                CancelWaiting(slot);
            else
                Enter(slot);
        }
    }

    /// <summary>It waits for its next attempt, in memory or not.</summary>
    private void Defer(int slot, long runAtUnixMs)
    {
        ref JobEntry entry = ref _table[slot];
        entry.Lane.Queue.Scheduled++;
        _waiting++;
        // It may wait for long, and must not keep the payloads of all jobs that were read with it.
        if (_limits.IsBounded && entry.Jobs.Count > 1)
            (entry.Jobs, entry.Row) = (entry.Jobs.Alone(entry.Row), 0);
        if (entry.OwnsSource || MayDelay(entry.Lane, (runAtUnixMs, entry.Key)))
            Delay(slot, runAtUnixMs);
        else
            Drop(slot);
    }

    private void CancelSettled(long key)
    {
        QueueReader reader = _byNumber[JobKey.Queue(key)]!.Reader;
        reader.Cancelling.Remove(key);
        if (reader.IsLoading)
            reader.Left.Add(key);
    }

    /// <summary>
    /// The job was final already by the store, whatever we thought: nothing was changed, and it must not run again. Who waits for it is told
    /// what the store says.
    /// </summary>
    private void Duplicate(int slot, long key)
    {
        DuplicateOutcomes++;
        if (slot >= 0)
        {
            ref JobEntry entry = ref _table[slot];
            if (entry.State == EntryState.Leaving)
            {
                DelayedNoMore(ref entry);
                entry.Lane.Queue.Waiting--;
                _waiting--;
            }
            if (entry.Submitter >= 0)
                AddWatcher(key, entry.Submitter, entry.Ticket, entry.TicketRow);
            Forget(slot, JobState.Succeeded);
        }
        if (_watchers.Remove(key, out List<(int Submitter, long Ticket, int Index)>? watchers))
            Effects.Watches.AddRange(watchers.Select(w => (w.Submitter, w.Ticket, w.Index, key)));
    }

    private void AddWatcher(long key, int submitter, long ticket, int index)
    {
        if (!_watchers.TryGetValue(key, out List<(int, long, int)>? watchers))
            _watchers.Add(key, watchers = new(1));
        watchers.Add((submitter, ticket, index));
    }

    private void Tell(int submitter, long ticket, int index, int losses, in OutcomeRow row)
    {
        if (submitter >= 0)
            Effects.Finished.Add((submitter, Finished(ticket, index, losses, in row)));
        if (_watchers.Count == 0 || !_watchers.Remove(row.Key, out List<(int Submitter, long Ticket, int Index)>? watchers))
            return;
        foreach ((int watcher, long watch, int watched) in watchers)
            Effects.Finished.Add((watcher, Finished(watch, watched, losses, in row)));
    }

    private void TellStep(Lane lane, in OutcomeRow row)
    {
        if (TellsSteps && row.State != JobState.Waiting)
            Effects.Steps.Add(new JobStep(row.Key, lane.Queue.Name, lane.KindName, row.State, row.Worker, row.Reason));
    }

    private static FinishedJob Finished(long ticket, int index, int losses, in OutcomeRow row) => new()
    {
        Ticket = ticket,
        Index = index,
        Key = row.Key,
        State = row.State,
        Reason = row.Reason,
        Lost = losses,
        Worker = row.Worker ?? "",
        Result = row.Result,
        Error = row.Error,
    };

    /// <summary>Final and stored: the slot is free, and the next job of its source may go.</summary>
    private void Forget(int slot, JobState state)
    {
        ref JobEntry entry = ref _table[slot];
        QueueState queue = entry.Lane.Queue;
        if (state == JobState.Dead)
            queue.Dead++;
        if (entry.OwnsSource)
            ReleaseSource(slot);
        Leave(ref entry);
        _table.Return(slot);
    }

    private void ReleaseSource(int slot)
    {
        ref JobEntry entry = ref _table[slot];
        QueueState queue = entry.Lane.Queue;
        ulong source = entry.Source;
        int next = entry.Next;
        entry.OwnsSource = false;
        while (next >= 0 && _table[next].State == EntryState.Tombstone)
        {
            int after = _table[next].Next;
            if (after < 0)
                queue.SourceTails.Remove(source);
            _table.Return(next);
            next = after;
        }
        if (next < 0)
        {
            queue.SourceTails.Remove(source);
            return;
        }
        _table[next].OwnsSource = true;
        Enter(next);
    }

    private int FindSlot(long key)
    {
        QueueState? queue = key < 0 ? null : _byNumber[JobKey.Queue(key)];
        int slot = queue?.Map.Get(JobKey.Sequence(key)) ?? -1;
        return slot >= 0 && _table[slot].Key == key ? slot : -1;
    }

    /// <summary>What is told of a job that was cancelled before it ran; its slot may be gone by then.</summary>
    private readonly record struct Cancelled(int Submitter, long Ticket, int TicketRow, int Losses, Lane Lane, long WantedUnixMs);
}
