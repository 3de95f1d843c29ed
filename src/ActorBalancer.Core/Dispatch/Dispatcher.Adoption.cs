using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>What workers hold of jobs that an earlier incarnation or another router gave them: adopted, not run again (rule 9).</summary>
internal sealed partial class Dispatcher
{
    private void Adopt(WorkerLink link, HeldRun[] held)
    {
        foreach (HeldRun run in held)
        {
            if (run.Token.Incarnation == _incarnation)
                continue;
            if (FindSlot(run.Key) is >= 0 and int slot)
                Adopt(link, run, slot);
            else if (!_claimed)
                Offer(link, run);
            else if (run.Key >= 0 && _byNumber[JobKey.Queue(run.Key)] is { } queue && JobKey.Sequence(run.Key) < queue.LoadBelow && Offer(link, run))
                WantKey(queue, run.Key);
        }
    }

    /// <summary>
    /// Remembers it until its job is read back. One worker may run a job whose earlier run another one left when it died. False: that is known.
    /// </summary>
    private bool Offer(WorkerLink link, HeldRun run)
    {
        if (!_offered.TryGetValue(run.Key, out List<(HeldRun, WorkerLink)>? offers))
            _offered.Add(run.Key, offers = new(1));
        if (offers.Contains((run, link)))
            return false;
        offers.Add((run, link));
        return true;
    }

    /// <summary>Nor does it hold what an earlier hello of its named and this one does not.</summary>
    private void TakeBackOffers(WorkerLink link, HeldRun[] held)
    {
        if (_offered.Count == 0)
            return;
        foreach ((long key, List<(HeldRun Run, WorkerLink Link)> offers) in _offered.ToArray())
        {
            if (offers.RemoveAll(o => o.Link == link && !o.Run.IsLeft && !Array.Exists(held, run => run.Token == o.Run.Token)) > 0 && offers.Count == 0)
                _offered.Remove(key);
        }
    }

    /// <summary>The store has said what became of what some workers offered: those count as heard of now.</summary>
    private void EndOffers()
    {
        if (_awaited.Count == 0)
            return;
        foreach (WorkerLink link in _fleet.Links.Where(link => link.SaidHello && _awaited.Contains(link.Name)).ToArray())
            EndOffers(link);
    }

    private void EndOffers(WorkerLink link)
    {
        if (_offered.Values.Any(offers => offers.Exists(offer => offer.Link == link)))
            return;
        link.SaidHello = false;
        HeardOf(link.Name);
    }

    /// <summary>
    /// A hello names all that the worker holds. What we adopted and it does not name is over: its outcome was read before we knew whose it was.
    /// </summary>
    private void TakeBackGone(WorkerLink link, HeldRun[] held)
    {
        if (link.Adopted == 0)
            return;
        foreach ((RunToken token, int slot) in _adopted.ToArray())
        {
            if (_table[slot] is not { State: EntryState.Sent, Adopted: true } entry || entry.Worker != link.Row || Array.Exists(held, run => run.Token == token))
                continue;
            _adopted.Remove(token);
            EndRun(slot, link);
            PutBack(slot, link);
        }
    }

    private void Adopt(WorkerLink link, HeldRun run, int slot)
    {
        if (run.IsLeft)
        {
            CountCrash(link, run, slot);
            return;
        }
        ref JobEntry entry = ref _table[slot];
        if (entry.State == EntryState.Delayed && run.Attempt > entry.Runs && _delayed.Remove(slot, out _, out _))
            Recall(ref entry, slot);
        // A run that is recorded already only waits for its acknowledgement.
        if (entry.State != EntryState.Undecided || run.Attempt <= entry.Runs || !_adopted.TryAdd(run.Token, slot))
            return;
        QueueState queue = entry.Lane.Queue;
        _undecided.Remove(slot);
        entry.State = EntryState.Sent;
        entry.Adopted = true;
        entry.Why = WhyWord.Unknown;
        entry.Worker = link.Row;
        entry.SentUnixMs = run.StartedUnixMs > 0 ? run.StartedUnixMs : Now.UnixMs;
        entry.OwnsSource |= IsOrdered(in entry) && queue.SourceTails.TryAdd(entry.Source, slot);
        WaitsNoMore(ref entry);
        link.InFlight++;
        link.Adopted++;
        if (entry.Crashes > 0)
            link.Suspects++;
        if (entry.CancelRequested)
        {
            link.Cancels.Add(run.Token);
            link.StateDue = true;
        }
        queue.Running++;
        _fleet.Changed(link.Row);
    }

    /// <summary>It is not due by our clock, and was by that of the router which sent it.</summary>
    private void Recall(ref JobEntry entry, int slot)
    {
        entry.Lane.Queue.Scheduled--;
        entry.Lane.Queue.Waiting++;
        if (!entry.OwnsSource)
            DelayedNoMore(ref entry);
        Keep(ref entry);
        entry.State = EntryState.Undecided;
        _undecided.Add(slot);
    }

    /// <summary>
    /// What we adopted it would report to us, had it heard the welcome that names our queues; another one may have been taken for the answer
    /// to its hello. And what we sent it ourselves it would report to us, had it not heard a former owner's welcome after ours.
    /// </summary>
    private void WelcomeAgain(WorkerLink link, WorkerReport report)
    {
        int own = link.InFlight - link.Adopted - link.PendingCount;
        foreach ((AssignBatch batch, _) in link.Unconfirmed)
            own -= batch.Jobs.Length;
        if (link.Adopted == 0 && own <= 0)
            return;
        (int adopted, int sent) = (0, 0);
        foreach (HeldRun run in report.Held!)
            Count(run.Token);
        foreach (ref readonly FinishedRun run in report.Outcomes.AsSpan())
            Count(run.Token);
        if (adopted < link.Adopted || sent < own)
            Effects.Welcomes.Add(link.Row);

        void Count(RunToken token)
        {
            if (_adopted.ContainsKey(token))
                adopted++;
            else if (token.Incarnation == _incarnation && IsInFlight(token, link))
                sent++;
        }
    }

    /// <summary>A worker says that it holds a job which is not read back from the store yet.</summary>
    private bool IsOffered(in FinishedRun run) => _offered.TryGetValue(run.Key, out List<(HeldRun Run, WorkerLink)>? offers) && Offers(offers, run.Token);

    private static bool Offers(List<(HeldRun Run, WorkerLink)> offers, RunToken token) => offers.Exists(offer => offer.Run.Token == token);
}
