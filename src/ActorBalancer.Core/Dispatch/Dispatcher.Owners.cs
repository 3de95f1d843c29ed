using ActorBalancer.Storage;

namespace ActorBalancer.Dispatch;

/// <summary>Where several router nodes share a store: what is another one's is not ours to answer.</summary>
internal sealed partial class Dispatcher
{
    /// <summary>This incarnation owns the queue.</summary>
    public bool Owns(string queue) => _queues.ContainsKey(queue);

    /// <summary>This incarnation owns the queue of the job with that key.</summary>
    public bool Owns(long key) => key >= 0 && _byNumber[JobKey.Queue(key)] is not null;

    /// <summary>The numbers of the queues that it owns.</summary>
    public int[] OwnedQueues => [.. _rotation.Select(q => q.Number)];

    /// <summary>The store gave it to this incarnation, which has not heard of that.</summary>
    public bool IsUnknownlyOwned(QueueRow row) => row.Owner == _incarnation && !Owns(row.Name);

    /// <summary>Jobs of this incarnation's predecessors may be at workers still: the queue was used, and not by us.</summary>
    public bool IsTakeover(QueueRow row) => row.Horizons.Count > 0 && !Owns(row.Name);

    /// <summary>The queue that was to be opened has another owner: nothing of a submit to it is accepted, and its gateway asks there.</summary>
    public void QueueElsewhere(string name)
    {
        _opening.Remove(name);
        _elsewhere.Add(name);
        for (int i = 0; i < _parked.Count; i++)
        {
            if (Array.IndexOf(_parked[i].Jobs.Queues, name) < 0)
                continue;
            Effects.Moved.Add((_parked[i].Submitter, _parked[i].Ticket));
            _parked.RemoveAt(i--);
        }
    }

    /// <summary>
    /// This incarnation is fenced, whatever it was doing: what it has not given to the store goes to the next owner. A commit that is on its
    /// way is answered by <see cref="Committed"/> as ever.
    /// </summary>
    public void Disowned()
    {
        if (_fenced)
            return;
        _fenced = true;
        MoveSubmits(_turn.Submits);
        MoveSubmits(_turn.Reservations);
        if (_stalled is not null)
        {
            MoveSubmits(_stalled.Submits);
            MoveSubmits(_stalled.Reservations);
        }
        foreach (Submit submit in _parked)
            Effects.Moved.Add((submit.Submitter, submit.Ticket));
        _parked.Clear();
    }

    private void MoveSubmits(List<Submit> submits)
    {
        foreach (Submit submit in submits)
        {
            _inserting -= submit.Accepted;
            Effects.Moved.Add((submit.Submitter, submit.Ticket));
        }
        submits.Clear();
    }
}
