namespace ActorBalancer.Dispatch;

/// <summary>
/// A store that keeps a commit for long, as one does whose server was stopped or whose disk hangs. What is not in that commit is surely not
/// stored, so those callers are told at once, and nothing more is collected behind it. What is in it is not known before it is answered.
/// </summary>
internal sealed partial class Dispatcher
{
    /// <summary>A commit that takes longer is late.</summary>
    public const long CommitTime = 2 * Moment.PerSecond;

    private const string StoreSlow = "the store does not answer; the job was not accepted, submit it again";

    private long _commitSince;

    /// <summary>A commit is late: its callers cannot be told anything yet.</summary>
    public bool IsStoreLate { get; private set; }

    /// <summary>Something that was ordered is not stored yet.</summary>
    public bool HasUnstored => _committing is not null || _stalled is not null || !_turn.Commit.IsEmpty;

    /// <summary>A commit that the store could not take waits to be tried again, before all else.</summary>
    public bool IsStalled => _stalled is not null;

    private void CommitSent() => _commitSince = Now.Micros;

    private void CommitAnswered() => IsStoreLate = false;

    private void LookAtCommit()
    {
        if (_committing is null || Now.Micros - _commitSince < CommitTime)
            return;
        IsStoreLate = true;
        if (_stalledUntil == 0)
            Effects.Notices.Add(new DispatchNotice(NoticeKind.StoreAway, _nodeName, _committing.Commit.Outcomes.Count));
        _stalledUntil = Now.Micros;
        RefuseInserts(_turn, RefusalCode.StoreUnavailable, StoreSlow);
    }

    /// <summary>The store could not be asked for the queue; nothing of a submit to it is accepted.</summary>
    public void QueueUnavailable(string name)
    {
        _opening.Remove(name);
        for (int i = 0; i < _parked.Count; i++)
        {
            if (Array.IndexOf(_parked[i].Jobs.Queues, name) < 0)
                continue;
            RefuseLate(_parked[i]);
            _parked.RemoveAt(i--);
        }
    }

    private void RefuseLate(Submit submit) => Refuse(submit with { Keys = new long[submit.Jobs.Count] }, RefusalCode.StoreUnavailable, StoreSlow);
}
