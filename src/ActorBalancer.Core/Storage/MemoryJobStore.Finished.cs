namespace ActorBalancer.Storage;

// What is final: how long it stays, and how somebody has it run again.
internal sealed partial class MemoryJobStore
{
    public ValueTask<Reopening> ReopenAsync(long incarnation, JobId id, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (IsFenced(incarnation))
                return new(new Reopening(ReopenResult.Fenced));
            if (Find(id.Key, out MemoryQueue? queue) is not { } page)
                return new(new Reopening(ReopenResult.NotFound));
            ref MemoryRecord record = ref page[id.Key];
            JobState was = record.StateAt(NowUnixMs());
            if (!JobTransitions.IsRetryable(was))
                return new(new Reopening(ReopenResult.WrongState, was));
            if (record.Result is null)
                return new(new Reopening(ReopenResult.PayloadGone, was));

            RingOf(was).TakeOut(record.ResultStart);
            _payloadBytes -= record.ResultLength;
            queue!.In(record.State)--;
            record.Reopen();
            queue.In(record.State)++;
            record.Batch!.Opened();
            page.Open(record.Priority)++;
            queue.Open(record.Priority)++;
            StoredJobsBuilder job = new(queue, 1);
            job.Add(id.Key, in record);
            return new(new Reopening(ReopenResult.Done, was, job.Build()));
        }
    }

    private FinishedRing RingOf(JobState state) => state == JobState.Dead ? _dead : _succeeded;

    /// <summary>Drops finished jobs that are too old, too many or have too large results, the oldest first.</summary>
    private void Forget(long nowUnixMs)
    {
        _keys.Forget(nowUnixMs);
        long succeededUntil = nowUnixMs - (long)KeepSucceeded.TotalMilliseconds, deadUntil = nowUnixMs - (long)KeepDead.TotalMilliseconds;
        while (_succeeded.Count > 0 && _succeeded.Oldest.UnixMs < succeededUntil)
            Forget(_succeeded);
        while (_dead.Count > 0 && _dead.Oldest.UnixMs < deadUntil)
            Forget(_dead);
        while (_succeeded.Count + _dead.Count > _keepFinished || _resultBytes > _keepResultBytes)
            Forget(_dead.Count == 0 || (_succeeded.Count > 0 && _succeeded.Oldest.UnixMs <= _dead.Oldest.UnixMs) ? _succeeded : _dead);
        while (_payloadBytes > _keepResultBytes)
            ForgetPayload(_dead.OldestPayload is not { } dead || _succeeded.OldestPayload is { } other && other.UnixMs <= dead.UnixMs ? _succeeded : _dead);
    }

    private void Forget(FinishedRing ring)
    {
        long key = ring.Oldest.Key;
        ring.RemoveOldest();
        if (key < 0)
            return;
        MemoryPage page = Find(key, out MemoryQueue? queue)!;
        if (page[key].State == JobState.Succeeded)
            _resultBytes -= page[key].ResultLength;
        else
            _payloadBytes -= page[key].ResultLength;
        queue!.In(page[key].State)--;
        queue.Jobs.Remove(page, JobKey.Sequence(key));
    }

    /// <summary>The job stays to be read about, but nobody can retry it any more.</summary>
    private void ForgetPayload(FinishedRing ring)
    {
        long key = ring.OldestPayload!.Value.Key;
        ring.PassPayload();
        if (key < 0)
            return;
        ref MemoryRecord record = ref Find(key, out _)![key];
        if (record.State == JobState.Succeeded)
            return;
        _payloadBytes -= record.ResultLength;
        (record.Result, record.ResultLength) = (null, 0);
    }
}
