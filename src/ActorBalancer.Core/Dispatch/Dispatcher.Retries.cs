using ActorBalancer.Storage;

namespace ActorBalancer.Dispatch;

/// <summary>Retries by hand: a final job comes back from the store under its own key, so at its old place, and its next run has a fresh token.</summary>
internal sealed partial class Dispatcher
{
    private readonly HashSet<long> _reopenedPerhaps = [];

    /// <summary>
    /// Somebody wants a final job to run again. None: the store is to be asked for the job (see
    /// <see cref="WhyNotReopened"/>) and to reopen it, and its answer told with <see cref="Reopened"/>.
    /// </summary>
    public (RefusalCode Code, string? Detail) Retry(long key)
    {
        if (FindSlot(key) >= 0)
            return WrongState(new JobId(key), Describe(key)!.Value.State);
        if (!_claimed)
            return (RefusalCode.NotReady, "this router is reading its queues back; ask again in a second");
        if (key < 0 || _byNumber[JobKey.Queue(key)] is null)
            return NoJob(key);
        if (_waiting + _inserting >= _limits.MaxWaiting)
            return (RefusalCode.QueueFull, $"{_limits.MaxWaiting} jobs wait already; ask again when some have run");
        // Until the store's answer is here, no reading brings it.
        if (!_byNumber[JobKey.Queue(key)]!.Reader.Reopening.Add(key))
            return (RefusalCode.Conflict, $"somebody else retries job {new JobId(key)} just now");
        return (RefusalCode.None, null);
    }

    /// <summary>
    /// Null: the store has the job in a state from which it can be reopened, and is to be asked for that. It is looked at first, so that a job
    /// which is open after an answer was lost is known to have been reopened, and not to have been open all the time.
    /// </summary>
    public static Reopening? WhyNotReopened(JobInfo? job) => job is null ? new Reopening(ReopenResult.NotFound)
        : JobTransitions.IsRetryable(job.State) ? null : new Reopening(ReopenResult.WrongState, job.State);

    /// <summary>The store's answer.</summary>
    public (RefusalCode Code, string? Detail) Reopened(long key, Reopening answer)
    {
        JobId id = new(key);
        _byNumber[JobKey.Queue(key)]?.Reader.Reopening.Remove(key);
        switch (answer.Result)
        {
            case ReopenResult.Done:
                if (FindSlot(key) < 0)
                    TakeUp(key, answer);
                return (RefusalCode.None, null);
            case ReopenResult.NotFound:
                return NoJob(key);
            case ReopenResult.WrongState:
                ReadUnlessFinal(key, answer.Was);
                return WrongState(id, answer.Was);
            case ReopenResult.PayloadGone:
                return (RefusalCode.Conflict, $"the payload of job {id} is no longer kept; submit it anew");
            case ReopenResult.Unavailable:
                ReadUnlessFinal(key, JobState.Waiting);
                return (RefusalCode.StoreUnavailable, "the store is away; nothing was changed, ask again");
            default:
                Effects.Fenced = true;
                _fenced = true;
                return (RefusalCode.StoreUnavailable, "another router took over; nothing was changed, ask again");
        }
    }

    /// <summary>A reading may have passed the job over for the sake of this retry.</summary>
    private void ReadUnlessFinal(long key, JobState state)
    {
        if (!JobTransitions.IsFinal(state) && _byNumber[JobKey.Queue(key)] is { } queue && FindSlot(key) < 0)
            WantKey(queue, key);
    }

    private void TakeUp(long key, Reopening answer)
    {
        StoredJobs stored = answer.Job!;
        QueueState queue = _byNumber[JobKey.Queue(key)]!;
        if (answer.Was == JobState.Dead)
            queue.Dead = Math.Max(0, queue.Dead - 1);
        queue.Waiting++;
        _waiting++;
        Lane lane = LaneOf(queue, stored.Jobs.Kind(0));
        if (IsPassedBy(queue, stored.Jobs, 0))
            return;
        ReadyStream stream = ReadyOf(lane, JobKey.Priority(key));
        if (!HasRoom(stream))
        {
            Lower(stream, JobKey.Sequence(key));
            return;
        }
        int slot = AddEntry(key, stored.Jobs, 0, lane, Now.UnixMs);
        _table[slot].Runs = (ushort)stored.Runs[0];
        Keep(ref _table[slot]);
        Enter(slot);
    }

    /// <summary>The store's answer was lost: should it have reopened the job, that is found out now.</summary>
    public void ReopenUnknown(long key)
    {
        if (_byNumber[JobKey.Queue(key)] is not { } queue || !queue.Reader.Reopening.Remove(key))
            return;
        _reopenedPerhaps.Add(key);
        WantKey(queue, key);
    }

    private static (RefusalCode Code, string? Detail) WrongState(JobId id, JobState state) =>
        (RefusalCode.Conflict, $"job {id} is {Word(state)}; only dead, discarded and cancelled jobs are retried");

    private static (RefusalCode Code, string? Detail) NoJob(long key) => (RefusalCode.NotFound, $"there is no job {new JobId(key)}, or it is no longer kept");

    private static string Word(JobState state) => state.ToString().ToLowerInvariant();
}
