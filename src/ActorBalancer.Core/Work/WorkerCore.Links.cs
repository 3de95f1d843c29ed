namespace ActorBalancer.Work;

/// <content>What comes in on a link: numbered batches, acknowledgements, cancels, drains.</content>
internal sealed partial class WorkerCore
{
    // Runs that came from an incarnation that another one followed; they take slots that no link may grant.
    private int _adopted;

    private void OpenLink(RouterRoute way, long incarnation)
    {
        WorkerLink link = new(way.Number, incarnation);
        if (way.Link is { } old)
        {
            CloseLink(old);
            old.Outcomes.MoveTo(link.Outcomes);
            // The router counts these outcomes as read on this link, so the credit has to count them too.
            link.Received = link.Done = link.Outcomes.Count;
        }
        way.Link = link;
        way.Lowest = incarnation;
    }

    private void CloseLink(WorkerLink link)
    {
        link.Superseded = true;
        _adopted += link.Held;
    }

    private void TakeAcknowledgements(WorkerLink link, AssignBatch batch, Moment now)
    {
        link.BatchKnown = Math.Max(link.BatchKnown, batch.LastNumber);
        link.ReportSeen = Math.Max(link.ReportSeen, batch.ReportSeen);
        if (link.TimedReport != 0 && batch.ReportSeen >= link.TimedReport)
        {
            _prefetch.AnswerArrived(now.Micros - link.TimedAt, now);
            link.TimedReport = 0;
        }
        link.Outcomes.Forget(batch.OutcomesCommitted);
        if (_draining)
            CheckDrained(now);
    }

    private void TakeJobs(WorkerLink link, AssignBatch batch, Moment now)
    {
        link.BatchSeen = batch.Number;
        link.LastJobsMicros = now.Micros;
        link.Received += batch.Jobs.Length;
        bool strange = false;
        foreach (ref readonly AssignedJob job in batch.Jobs.AsSpan())
        {
            _prefetch.JobArrived(job.Payload.Length);
            RunToken token = new(batch.RouterIncarnation, job.Slot, job.Generation);
            if (HomeOf(job.Key, link.Route).Number != link.Route)
            {
                strange = true;
                continue;
            }
            _waiting.Add(new Waiting { Job = job, Token = token, Link = link, ReceivedMicros = now.Micros });
        }

        if (strange)
            Disown(link, batch, now);
        if (_draining || link.RouterDrains)
            ReleaseWaiting(_draining ? null : link, now);
        while (_freeCount > 0 && _waiting.Count > 0)
        {
            Start(_free[--_freeCount], now, out StartedRun run);
            Effects.Starts.Add(run);
        }
        WatchWaiting(now);
    }

    /// <summary>Asking twice, or for a run that has ended, changes nothing.</summary>
    private void Cancel(RunToken token, Moment now)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i].State == SlotState.Running && _slots[i].Token == token)
            {
                if (_slots[i].Cancel == CancelReason.None)
                    CancelSlot(i, CancelReason.Asked, now);
                return;
            }
        }

        for (int i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].Token != token)
                continue;
            EndWaiting(_waiting[i], AttemptOutcome.Cancelled);
            _waiting.RemoveAt(i);
            return;
        }
    }

    private void TakeDrain(WorkerLink link, AssignBatch batch, Moment now)
    {
        // The flag is no counter, so a batch that was overtaken on its way must not turn it back.
        if (batch.LastNumber < link.BatchKnown || batch.ReportSeen < link.ReportSeen)
            return;
        bool begins = batch.Drain && !link.RouterDrains;
        link.RouterDrains = batch.Drain;
        if (begins)
            ReleaseWaiting(link, now);
    }

    private void HeardFrom(Moment now)
    {
        _lastContact = now.Micros;
        if (_contactLost || !_hadContact)
            Need(now.Micros + _contactLease);
        _hadContact = true;
        _contactLost = false;
    }
}
