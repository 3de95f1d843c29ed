using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>The start of an incarnation, and other routers' queues: they are claimed and discovered, and what live workers hold is adopted, not run again (rule 9).</summary>
internal sealed partial class Dispatcher
{
    private readonly Dictionary<RunToken, int> _adopted = [];
    private readonly HashSet<string> _awaited = [];
    private readonly HashSet<int> _undecided = [];
    private readonly Dictionary<long, List<(HeldRun Run, WorkerLink Link)>> _offered = [];
    private readonly HashSet<long> _cancelledEarly = [];
    private bool _claimed;

    /// <summary>
    /// The queues that the store gave this incarnation at its start, and later on those that it took over from another router (after
    /// <see cref="AwaitWorkers"/>). Until they are read back, no held run of theirs is foreign.
    /// </summary>
    public void Claimed(IReadOnlyList<QueueRow> rows)
    {
        foreach (QueueRow row in rows)
            Own(row);
        _claimed = true;
        OpenAtStart();
        foreach (long key in _offered.Keys.Concat(_cancelledEarly).ToArray())
        {
            if (_byNumber[JobKey.Queue(key)] is { } queue)
            {
                WantKey(queue, key);
                continue;
            }
            // Another router's.
            _offered.Remove(key);
            _cancelledEarly.Remove(key);
        }
        EndOffers();
        Decide();
    }

    /// <summary>The store made this incarnation the queue's owner: what it holds is read back.</summary>
    private void Own(QueueRow row)
    {
        if (_queues.ContainsKey(row.Name))
            return;
        var queue = new QueueState(row.Number, row.Name, _options.Queue(row.Name), UnknownWeight) 
        {
            Paused = row.Paused,
            NextSequence = row.NextSequence,
            LoadBelow = row.NextSequence,
            Stored = row.NextSequence,
            Loading = row.NextSequence > 0,
            Waiting = row.Ready,
            Scheduled = row.Later,
            Dead = row.Dead,
        };
        _waiting += row.Ready + row.Later;
        if (row.Strategy is not null)
            queue.Strategy = row.Strategy;
        queue.Binding = row.Binding ?? (row.Strategy is null ? queue.Options.Binding : null) ?? DefaultBinding(queue.Strategy);
        queue.Weights = row.Weights ?? (row.Strategy is null ? queue.Options.Weights : null) ?? DefaultWeights(queue.Strategy);
        foreach (long horizon in row.Horizons)
        {
            int rank = JobKey.HighestPriority - JobKey.Priority(horizon);
            queue.FormerHorizon[rank] = queue.Horizon[rank] = queue.HorizonAsked[rank] = JobKey.Sequence(horizon);
        }
        _queues.Add(row.Name, queue);
        _elsewhere.Remove(row.Name);
        _byNumber[row.Number] = queue;
        _rotation.Add(queue);
        if (!queue.Loading)
            return;
        for (int priority = JobKey.HighestPriority; priority >= 0; priority--)
        {
            if ((row.Priorities & 1 << priority) != 0)
                queue.Reader.Undiscovered.Enqueue(priority);
        }
        queue.Reader.Undiscovered.Enqueue(-1);
        List(queue);
    }

    /// <summary>
    /// The discovery goes over a queue once and finds what kinds there are: the first jobs of each go to memory, and where a stream is
    /// full, the rest of it is left to the stream, and passed over by the store.
    /// </summary>
    private void Discover(QueueState queue, StoredJobs stored)
    {
        QueueReader reader = queue.Reader;
        int priority = reader.Undiscovered.Peek();
        for (int i = 0; i < stored.Keys.Length; i++)
        {
            long key = stored.Keys[i];
            string kind = stored.Jobs.Kind(i);
            // Those of this incarnation are in memory, or known to be in the store.
            if (JobKey.Sequence(key) >= queue.LoadBelow || reader.Full.Contains(kind) || TakeRow(queue, stored, i))
                continue;
            Lane lane = LaneOf(queue, kind);
            if (priority < 0)
                Lower(LaterOf(lane), (stored.RunAt[i], key));
            else
            {
                ReadyStream stream = ReadyOf(lane, priority);
                Lower(stream, JobKey.Sequence(key));
                stream.Last = Math.Max(stream.Last, queue.LoadBelow - 1);
            }
            // Between two attempts a job holds its source: all those are read.
            if (priority >= 0 || !queue.Ordered)
                reader.Full.Add(kind);
        }
        if (stored.Keys.Length > 0)
        {
            reader.Cursor = (stored.RunAt[^1], stored.Keys[^1]);
            return;
        }
        reader.Undiscovered.Dequeue();
        reader.Cursor = (long.MinValue, -1);
        reader.Full.Clear();
        if (reader.Undiscovered.Count > 0)
            return;
        queue.Loading = false;
        Decide();
    }

    /// <summary>
    /// After a takeover or restart: these workers were members and may be running jobs of an earlier incarnation, or of another
    /// router. Jobs that may have been assigned wait until each has said hello or is gone.
    /// </summary>
    /// <param name="names">The workers'.</param>
    /// <param name="again">Those that said hello to this incarnation already are to say it again: it takes over more queues.</param>
    public void AwaitWorkers(IEnumerable<string> names, bool again = false)
    {
        foreach (string name in names)
        {
            WorkerLink? link = _fleet.FindByName(name);
            if (!again && link is not null)
                continue;
            _awaited.Add(name);
            // What it said before was of other queues.
            if (link is not null)
                link.SaidHello = false;
        }
    }

    /// <summary>An awaited worker is gone without a hello, or has said it.</summary>
    public void HeardOf(string name)
    {
        if (_awaited.Remove(name))
            Decide();
    }

    /// <summary>
    /// Once every awaited worker is heard of, what none of them holds may go. A job that ran before was the head of its
    /// source and is so again; the others follow as they were accepted.
    /// </summary>
    private void Decide()
    {
        if (_awaited.Count > 0 || _undecided.Count == 0)
            return;
        int[] slots = [.. _undecided.Where(s => !_table[s].Lane.Queue.Loading).OrderBy(s => _table[s].Runs == 0).ThenBy(s => JobKey.Sequence(_table[s].Key))];
        foreach (int slot in slots)
        {
            _undecided.Remove(slot);
            if (_table[slot].CancelRequested)
                CancelWaiting(slot);
            else
                Enter(slot);
        }
    }
}
