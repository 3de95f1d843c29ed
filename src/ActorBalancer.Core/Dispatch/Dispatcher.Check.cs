using System.Runtime.InteropServices;

namespace ActorBalancer.Dispatch;

/// <summary>What tests and the simulator look at after every step: whether all counters agree with the jobs themselves.</summary>
internal sealed partial class Dispatcher
{
    /// <summary>Slots of the table in use; above the number of jobs in memory that are not final only while tombstones wait to be swept out.</summary>
    public int SlotsInUse => _table.Count;

    /// <summary>Jobs of a queue that are not final, by its counters; null while something that is not stored yet makes them differ from the store's.</summary>
    public long? OpenJobs(string name)
    {
        if (_committing is not null || _stalled is not null || !_turn.Commit.IsEmpty || !_queues.TryGetValue(name, out QueueState? queue))
            return null;
        return queue.Waiting + queue.Scheduled + queue.Running;
    }

    /// <summary>The worker lets it send a job, whatever it is held back for by its failures.</summary>
    public bool HasCredit(long workerIncarnation) => _fleet.Find(workerIncarnation) is { } link && link.Available + link.Penalties > 0;

    /// <summary>The first counter that differs from a recount; null: none does. Looks at every job, so not for production.</summary>
    public string? Inconsistency()
    {
        var queues = new Dictionary<QueueState, (long Waiting, long Running, long Scheduled, int Lined)>();
        var links = new Dictionary<int, (int InFlight, int Lined, int Suspects, int Adopted)>();
        var streams = new Dictionary<object, (int Kept, long Bytes)>();
        var owners = new HashSet<(QueueState, ulong)>();
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
            ref var q = ref CollectionsMarshal.GetValueRefOrAddDefault(queues, queue, out _);
            switch (entry.State)
            {
                case EntryState.Sent: q.Running++; break;
                case EntryState.Delayed: q.Scheduled++; break;
                case EntryState.Finishing: break;
                default: q.Waiting++; break;
            }
            if (entry.State is not (EntryState.Sent or EntryState.Finishing) && !(entry.State == EntryState.Delayed && entry.OwnsSource))
            {
                ref var stream = ref CollectionsMarshal.GetValueRefOrAddDefault(
                    streams, entry.State is EntryState.Delayed or EntryState.Leaving ? LaterOf(entry.Lane) : ReadyOf(ref entry), out _);
                stream.Kept++;
                stream.Bytes += entry.Jobs.PayloadBytes(entry.Row);
            }
            if (entry.State is not (EntryState.Sent or EntryState.Bound))
                continue;
            ref var link = ref CollectionsMarshal.GetValueRefOrAddDefault(links, entry.Worker, out _);
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
        if (_rotation.Sum(q => q.Waiting + q.Scheduled) != _waiting)
            return $"{_waiting} jobs wait by the counter, {_rotation.Sum(q => q.Waiting + q.Scheduled)} by those of the queues";
        foreach (QueueState queue in _rotation)
        {
            var counted = (queue.Waiting, queue.Running, queue.Scheduled, queue.Lined);
            var found = queues.GetValueOrDefault(queue);
            bool agree = IsWhole(queue) ? counted == found
                : counted.Waiting + counted.Scheduled >= found.Waiting + found.Scheduled && (counted.Running, counted.Lined) == (found.Running, found.Lined);
            if (!agree)
                return $"queue {queue.Name}: {counted} by the counters, {found} by a recount";
            foreach (ReadyStream ready in queue.Lanes.SelectMany(lane => lane.Ready).OfType<ReadyStream>())
            {
                var kept = streams.GetValueOrDefault(ready);
                kept.Bytes += ready.Pending.Sum(job => job.Jobs.PayloadBytes(job.Row));
                if ((ready.Kept, ready.Bytes) != kept)
                    return $"queue {queue.Name}, {ready.Lane.KindName}, {ready.Priority}: {(ready.Kept, ready.Bytes)} by the counters, {kept} by a recount";
            }
            foreach (LaterStream later in queue.Lanes.Select(lane => lane.Later).OfType<LaterStream>())
            {
                if ((later.Kept, later.Bytes) != streams.GetValueOrDefault(later))
                    return $"queue {queue.Name}, {later.Lane.KindName}, later: {(later.Kept, later.Bytes)} by the counters, {streams.GetValueOrDefault(later)} by a recount";
            }
        }
        for (int row = 0; row < _fleet.Rows; row++)
        {
            var counted = _fleet[row] is { } link ? (link.InFlight, link.Lined, link.Suspects, link.Adopted) : default;
            if (counted != links.GetValueOrDefault(row))
                return $"worker {_fleet[row]?.Name}: {counted} by the counters, {links.GetValueOrDefault(row)} by a recount";
        }
        return null;
    }

    /// <summary>All jobs of the queue are in memory.</summary>
    private static bool IsWhole(QueueState queue) => !queue.Loading && queue.Reader is { Reopening.Count: 0, Keys.Count: 0 }
        && queue.Chains.Values.All(chain => !chain.More)
        && queue.Lanes.All(lane => lane.Ready.All(s => s is null or { IsWhole: true, Pending.Count: 0 }) && lane.Later is null or { IsLoading: false } && (lane.Later is null || lane.Later.Behind == LaterStream.None));
}
