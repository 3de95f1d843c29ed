using ActorBalancer.Storage;

namespace ActorBalancer.Dispatch;

/// <summary>What meters show.</summary>
internal sealed partial class Dispatcher
{
    private readonly long[] _refused = new long[(int)Enum.GetValues<RefusalCode>().Max() + 1];

    /// <summary>As it is now; costs a look at each queue and worker, so it is for a few times a second.</summary>
    public DispatchFigures Figures()
    {
        var queues = new QueueFigures[_rotation.Count];
        for (int i = 0; i < queues.Length; i++)
        {
            QueueState queue = _rotation[i];
            queues[i] = new QueueFigures(
                queue.Name, queue.Waiting, Runnable(queue), queue.Running, queue.Scheduled, queue.Dead, queue.Counts.Copy());
        }
        return new DispatchFigures
        {
            Queues = queues,
            Workers = [.. _fleet.Links.Select(link => new WorkerFigures(StateOf(link), link.Slots, link.InFlight, Math.Max(0, link.Available)))],
            Refused = [.. _refused],
            StaleOutcomes = StaleOutcomes,
            DuplicateOutcomes = DuplicateOutcomes,
        };
    }

    /// <summary>
    /// What the store says of the queues, which is asked for about once a second: it drops dead jobs that are too old. An answer may be older
    /// than a commit, so only a difference that stays from one look to the next counts.
    /// </summary>
    public void Looked(IReadOnlyList<QueueRow> rows)
    {
        foreach (QueueRow row in rows)
        {
            if (!_queues.TryGetValue(row.Name, out QueueState? queue))
                continue;
            if (queue.DeadThen == (row.Dead, queue.Dead))
                queue.Dead = row.Dead;
            queue.DeadThen = (row.Dead, queue.Dead);
        }
    }

    private static WorkerState StateOf(WorkerLink link) =>
        link is { State: WorkerState.Up } && (link.Draining || link.DrainOrdered || link.Leaving) ? WorkerState.Draining
        : link is { State: WorkerState.Up, Synchronised: false } ? WorkerState.Joining
        : link is { State: WorkerState.Up, Ejected: not null } ? WorkerState.Ejected : link.State;

    private long Runnable(QueueState queue)
    {
        if (queue.Paused)
            return 0;
        // Those that only the store has can run too, but for jobs behind others of their source, which nobody counts there.
        if (!queue.Ordered)
            return queue.Waiting - (_undecided.Count == 0 ? 0 : _undecided.Count(slot => _table[slot].Lane.Queue == queue));
        long runnable = queue.Lined;
        foreach (Lane lane in queue.Lanes)
            runnable += lane.Waiting.Count + lane.Suspects.Count;
        return runnable;
    }
}
