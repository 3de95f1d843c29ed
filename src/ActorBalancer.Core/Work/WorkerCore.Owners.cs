namespace ActorBalancer.Work;

/// <content>
/// Which router owns what runs here. A router that takes queues over says so in its welcome, and from then on the outcomes of their jobs are
/// its own, whoever sent them; what their former owner still sends was on its way when it lost them, and runs elsewhere by now (rule 8).
/// </content>
internal sealed partial class WorkerCore
{
    // By queue number; null: whoever sent the job.
    private readonly RouterRoute?[] _owners = new RouterRoute?[JobKey.MaxQueues];

    /// <summary>Where the outcome of that job goes, which came by a route.</summary>
    private RouterRoute HomeOf(long key, int route) => (key < 0 ? null : _owners[JobKey.Queue(key)]) is { } owner ? owner : _routes[route];

    /// <summary>Where the outcome of what runs in that slot goes; -1: nothing runs there.</summary>
    public int HomeOf(int slot) => _slots[slot] is { State: SlotState.Running } run ? HomeOf(run.Job.Key, run.Link.Route).Number : -1;

    /// <summary>
    /// True: it claims a queue that it had not claimed before. The newest claim counts, and what it answers to a hello is new: a claim of
    /// before may have come later than that of the owner who followed.
    /// </summary>
    private bool TakeQueues(RouterRoute way, int[] queues, bool isAnswer)
    {
        bool news = false;
        HashSet<int> before = way.Queues;
        GiveBack(way, [.. queues.Where(q => q is >= 0 and < JobKey.MaxQueues)], null);
        foreach (int queue in way.Queues)
        {
            if (!isAnswer && before.Contains(queue))
                continue;
            news |= _owners[queue] != way;
            _owners[queue] = way;
        }
        return news;
    }

    /// <summary>What it claims no more goes back to who still claims it, or to nobody in particular.</summary>
    private void GiveBack(RouterRoute way, HashSet<int> queues, RouterRoute? otherwise)
    {
        foreach (int queue in way.Queues)
        {
            if (!queues.Contains(queue) && _owners[queue] == way)
                _owners[queue] = _routes.Find(other => other != way && other.Queues.Contains(queue)) ?? otherwise;
        }
        way.Queues = queues;
    }

    /// <summary>Outcomes that were to go to a former owner of their queue go to the present one.</summary>
    private void MoveOutcomes()
    {
        foreach (RouterRoute way in _routes)
        {
            if (way.Link is not { Outcomes.Count: > 0 } link)
                continue;
            foreach ((FinishedRun run, int attempt) in link.Outcomes.TakeOut(key => IsAway(key, way)))
            {
                WorkerLink home = HomeOf(run.Key, way.Number).Link!;
                home.Outcomes.Add(run, attempt);
                // That router counts it as read on its link, so the credit has to count it too.
                home.Received++;
                home.Done++;
            }
        }
    }

    private bool IsAway(long key, RouterRoute way) => HomeOf(key, way.Number) is { Link: not null } home && home != way;

    /// <summary>A former owner's jobs are not taken. Should it be their owner after all, its answer to our hello says so.</summary>
    private void Disown(WorkerLink link, AssignBatch batch, Moment now)
    {
        foreach (ref readonly AssignedJob job in batch.Jobs.AsSpan())
        {
            if (HomeOf(job.Key, link.Route).Number == link.Route)
                continue;
            link.Done++;
            link.Outcomes.Add(
                new FinishedRun { Token = new(batch.RouterIncarnation, job.Slot, job.Generation), Key = job.Key, Outcome = AttemptOutcome.Released, RetryAfterMs = -1 },
                job.Attempt);
        }
        RouterRoute way = _routes[link.Route];
        if (way.HelloAt == long.MaxValue && now.Micros - way.HelloSentMicros >= HelloInterval)
            SayHello(way, now);
    }
}
