namespace ActorBalancer.Dispatch;

/// <summary>What tests and the simulator look at after every step: whether all counters agree with the jobs themselves.</summary>
internal sealed partial class Dispatcher
{
    /// <summary>Slots of the table in use; above the number of jobs that are not final only while tombstones wait to be swept out.</summary>
    public int SlotsInUse => _table.Count;

    /// <summary>The first counter that differs from a recount; null: none does. Looks at every job, so not for production.</summary>
    public string? Inconsistency()
    {
        var waiting = new Dictionary<QueueState, (long Waiting, long Running, long Scheduled, int Lined)>();
        var links = new Dictionary<int, (int InFlight, int Lined, int Suspects, int Adopted)>();
        var owners = new HashSet<(QueueState, ulong)>();
        long notSent = 0;
        for (int slot = 0; slot < _table.High; slot++)
        {
            ref JobEntry entry = ref _table[slot];
            if (entry.State is EntryState.Free or EntryState.Tombstone)
                continue;
            QueueState queue = entry.Lane.Queue;
            if (queue.Map.Get(JobKey.Sequence(entry.Key)) != slot)
                return $"slot {slot} is not found by its key";
            if (entry.OwnsSource && !owners.Add((queue, entry.Source)))
                return $"two jobs of queue {queue.Name} hold the same source";
            ref var q = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(waiting, queue, out _);
            switch (entry.State)
            {
                case EntryState.Sent: q.Running++; break;
                case EntryState.Delayed: q.Scheduled++; break;
                case EntryState.Finishing: break;
                default: q.Waiting++; break;
            }
            notSent += entry.State is EntryState.Sent or EntryState.Finishing ? 0 : 1;
            if (entry.State is not (EntryState.Sent or EntryState.Bound))
                continue;
            ref var link = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(links, entry.Worker, out _);
            if (entry.State == EntryState.Bound)
            {
                link.Lined++;
                q.Lined++;
                continue;
            }
            link.InFlight++;
            link.Suspects += entry.Crashes > 0 ? 1 : 0;
            link.Adopted += entry.Adopted ? 1 : 0;
        }
        if (notSent != _waiting)
            return $"{_waiting} jobs wait by the counter, {notSent} by a recount";
        foreach (QueueState queue in _rotation)
        {
            var counted = (queue.Waiting, queue.Running, queue.Scheduled, queue.Lined);
            if (counted != waiting.GetValueOrDefault(queue))
                return $"queue {queue.Name}: {counted} by the counters, {waiting.GetValueOrDefault(queue)} by a recount";
        }
        for (int row = 0; row < _fleet.Rows; row++)
        {
            var counted = _fleet[row] is { } link ? (link.InFlight, link.Lined, link.Suspects, link.Adopted) : default;
            if (counted != links.GetValueOrDefault(row))
                return $"worker {_fleet[row]?.Name}: {counted} by the counters, {links.GetValueOrDefault(row)} by a recount";
        }
        return null;
    }
}
