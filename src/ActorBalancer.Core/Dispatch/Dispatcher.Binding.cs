using ActorBalancer.Strategies;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>
/// Who gets what, and when. Nothing is sent without credit. Queues take turns at the credit there is; inside a queue the
/// smallest key goes first among the jobs that some worker could take now.
/// </summary>
internal sealed partial class Dispatcher
{
    /// <summary>Jobs that the only queue with work sends in a row before it looks around; large enough to cost nothing a job.</summary>
    private const int Quantum = 16;

    /// <summary>Jobs of a queue in lines at most, however one-sided the lines are: a bound on memory, not on the shares.</summary>
    private const int MaxLined = 65_536;

    /// <summary>How many sequences an owner states ahead that it may assign; one small row a block.</summary>
    private const long HorizonBlock = 65_536;

    private readonly List<int> _busy = [];
    private int _turnOf;

    private void AssignAll()
    {
        if (!_mayAssign || _rotation.Count == 0)
            return;
        // Only those with work take turns, one job each, and the next turn starts behind the queue that sent the last job: so
        // scarce credit is shared evenly whatever stands between them, and idle queues cost one look a flush.
        _busy.Clear();
        for (int i = 0; i < _rotation.Count; i++)
        {
            int turn = (_turnOf + i) % _rotation.Count;
            if (!_rotation[turn].Paused && _rotation[turn].HasWork)
                _busy.Add(turn);
        }
        while (_busy.Count > 0)
        {
            int quantum = _busy.Count == 1 ? Quantum : 1;
            int kept = 0;
            for (int i = 0; i < _busy.Count; i++)
            {
                QueueState queue = _rotation[_busy[i]];
                int sent = AssignSuspects(queue);
                sent += queue.Binding == Binding.Late ? AssignLate(queue, quantum) : AssignEarly(queue, quantum);
                if (sent == 0)
                    continue;
                _turnOf = (_busy[i] + 1) % _rotation.Count;
                _busy[kept++] = _busy[i];
            }
            _busy.RemoveRange(kept, _busy.Count - kept);
        }
    }

    private int AssignLate(QueueState queue, int quantum)
    {
        int sent = 0;
        while (sent < quantum && HeadLane(queue) is { } lane)
        {
            int slot = lane.Waiting.Peek();
            if (!WithinHorizon(queue, slot))
                break;
            int worker = lane.Candidates.Pick(_table[slot].Source);
            if (worker < 0)
                break;
            lane.Waiting.Take();
            Decided(lane, slot, worker);
            Send(slot, _fleet[worker]!);
            sent++;
        }
        return sent;
    }

    private int AssignEarly(QueueState queue, int quantum)
    {
        BindEarly(queue);
        int sent = 0;
        for (int row = 0; row < queue.Lines.Count; row++)
        {
            if (queue.Lines[row] is not { Count: > 0 } line || _fleet[row] is not { } link)
                continue;
            for (int n = 0; n < quantum && line.Count > 0 && link.Available > 0 && WithinHorizon(queue, line.Peek()); n++)
            {
                int slot = line.Take();
                queue.Lined--;
                link.Lined--;
                Send(slot, link);
                sent++;
            }
        }
        return sent;
    }

    /// <summary>
    /// Binds waiting jobs in key order for as long as some worker of their kind has less in its line than it has room for: nobody runs
    /// dry, the shares are those of the picks, and a worker that joins gets its share of all that is not bound yet.
    /// </summary>
    private void BindEarly(QueueState queue)
    {
        foreach (Lane lane in queue.Lanes)
        {
            if (lane.Waiting.Count == 0)
                continue;
            lane.Synchronise(_fleet);
            SayUnoffered(lane);
            int hungry = CountHungry(queue, lane);
            while (hungry > 0 && lane.Waiting.Count > 0 && queue.Lined < MaxLined)
            {
                lane.Synchronise(_fleet);
                int slot = lane.Waiting.Peek();
                int row = lane.Candidates.Pick(_table[slot].Source);
                if (row < 0)
                    break;
                lane.Waiting.Take();
                WorkerLink link = _fleet[row]!;
                Backlog line = LineOf(queue, row);
                bool wasHungry = IsHungry(line, link);
                Decided(lane, slot, row);
                Bind(slot, link);
                if (wasHungry && !IsHungry(line, link))
                    hungry--;
            }
        }
    }

    private void Bind(int slot, WorkerLink link)
    {
        ref JobEntry entry = ref _table[slot];
        QueueState queue = entry.Lane.Queue;
        entry.State = EntryState.Bound;
        entry.Worker = link.Row;
        LineOf(queue, link.Row).Add(slot);
        queue.Lined++;
        link.Lined++;
        _fleet.Changed(link.Row);
    }

    private int CountHungry(QueueState queue, Lane lane)
    {
        int hungry = 0;
        for (int row = 0; row < _fleet.Rows; row++)
        {
            if (lane.Candidates.IsMember(row) && lane.Candidates.IsOpen(row) && IsHungry(LineOf(queue, row), _fleet[row]!))
                hungry++;
        }
        return hungry;
    }

    private static bool IsHungry(Backlog line, WorkerLink link) => line.Count < Math.Max(1, link.Available + link.InFlight);

    private Backlog LineOf(QueueState queue, int row)
    {
        while (queue.Lines.Count <= row)
            queue.Lines.Add(null);
        return queue.Lines[row] ??= new Backlog(_table);
    }

    /// <summary>The lane with the smallest key among those that some worker could take a job of now.</summary>
    private Lane? HeadLane(QueueState queue)
    {
        Lane? best = null;
        long bestKey = long.MaxValue;
        foreach (Lane lane in queue.Lanes)
        {
            if (lane.Waiting.Count == 0)
                continue;
            lane.Synchronise(_fleet);
            if (lane.Candidates.OpenCount == 0)
            {
                SayUnoffered(lane);
                continue;
            }
            if (queue.Lanes.Count == 1)
                return lane;
            long key = lane.Waiting.HeadKey();
            if (key >= bestKey)
                continue;
            best = lane;
            bestKey = key;
        }
        return best;
    }

    /// <summary>
    /// Jobs under which a worker died go one to a worker, whatever the strategy, so that the next death tells which of
    /// them it was (rule 10).
    /// </summary>
    private int AssignSuspects(QueueState queue)
    {
        int sent = 0;
        foreach (Lane lane in queue.Lanes)
        {
            while (lane.Suspects.Count > 0 && WithinHorizon(queue, lane.Suspects.Peek()))
            {
                WorkerLink? best = null;
                foreach (WorkerLink link in _fleet.Links)
                {
                    if (!link.TakesJobs || link.Suspects > 0 || link.Available <= 0 || !link.Kinds.Contains(lane.Kind) || WeightOf(link) == 0)
                        continue;
                    if (best is null || (link.InFlight + 1L) * WeightOf(best) < (best.InFlight + 1L) * WeightOf(link))
                        best = link;
                }
                if (best is null)
                    break;
                lane.Synchronise(_fleet);
                Decided(lane, lane.Suspects.Peek(), best.Row, isCrashRule: true);
                Send(lane.Suspects.Take(), best);
                sent++;
            }
        }
        return sent;
    }

    private bool WithinHorizon(QueueState queue, int slot)
    {
        long key = _table[slot].Key;
        int rank = JobKey.HighestPriority - JobKey.Priority(key);
        long sequence = JobKey.Sequence(key);
        if (sequence > queue.Horizon[rank] - HorizonBlock / 2 && queue.HorizonAsked[rank] < sequence + HorizonBlock / 2)
        {
            queue.HorizonAsked[rank] = Math.Min(sequence + HorizonBlock, JobKey.MaxSequence);
            _turn.Commit.Horizons.Add(JobKey.Pack(queue.Number, JobKey.Priority(key), queue.HorizonAsked[rank]));
        }
        return sequence <= queue.Horizon[rank];
    }

    private void Send(int slot, WorkerLink link)
    {
        ref JobEntry entry = ref _table[slot];
        JobBatch jobs = entry.Jobs;
        ReadOnlyMemory<byte> payload = jobs.Payload(entry.Row);
        int size = payload.Length + 64;
        if (link.PendingCount > 0 && (link.PendingCount >= _options.Router.BatchJobs || link.PendingBytes + size > _options.Router.BatchBytes))
            SealBatch(link);
        if (link.PendingCount == link.Pending.Length)
            link.Pending = Grown(link.Pending);
        entry.State = EntryState.Sent;
        entry.Worker = link.Row;
        entry.Generation = entry.Generation == int.MaxValue ? 1 : entry.Generation + 1;
        entry.SentUnixMs = Now.UnixMs;
        entry.Adopted = false;
        long limit = jobs.TimeLimitMs(entry.Row);
        QueueState queue = entry.Lane.Queue;
        link.Pending[link.PendingCount++] = new AssignedJob
        {
            Slot = slot,
            Generation = entry.Generation,
            Key = entry.Key,
            Queue = queue.Name,
            Kind = entry.Lane.KindName,
            Source = jobs.Source(entry.Row),
            Attempt = entry.Runs + 1,
            TimeLimitMs = limit > 0 ? limit : (long)queue.Options.TimeLimit.TotalMilliseconds,
            Payload = payload,
        };
        link.PendingBytes += size;
        link.InFlight++;
        if (entry.Crashes > 0)
            link.Suspects++;
        WaitsNoMore(ref entry);
        queue.Running++;
        _fleet.Changed(link.Row);
    }

    private static AssignedJob[] Grown(AssignedJob[] pending)
    {
        var larger = new AssignedJob[Math.Max(16, pending.Length * 2)];
        pending.CopyTo(larger, 0);
        return larger;
    }

    /// <summary>The line of a worker that may not get new jobs goes back to the lanes and is picked again.</summary>
    private void Unline(WorkerLink link)
    {
        foreach (QueueState queue in _rotation)
        {
            if (link.Row < queue.Lines.Count && queue.Lines[link.Row] is { } line)
                Unbind(queue, line, link);
        }
    }

    private void Unbind(QueueState queue, Backlog line, WorkerLink link)
    {
        while (line.Count > 0)
        {
            int slot = line.Take();
            ref JobEntry entry = ref _table[slot];
            entry.State = EntryState.Waiting;
            entry.Worker = -1;
            entry.Lane.Waiting.Add(slot);
            queue.Lined--;
            link.Lined--;
        }
        _fleet.Changed(link.Row);
    }
}
