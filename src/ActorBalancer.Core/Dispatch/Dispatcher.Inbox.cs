using ActorBalancer.Intake;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>
/// Jobs that are stored together with something else: in a caller's own transaction (keys set aside for them, then the inbox, rule 4), or
/// with the outcome of the run that submitted them.
/// </summary>
internal sealed partial class Dispatcher
{
    /// <summary>How many rows of the inbox are looked at together.</summary>
    public const int InboxLimit = 1_000;

    /// <summary>Keys that are set aside at once, so that a submit in a transaction seldom needs a commit of ours.</summary>
    private const int ReserveBlock = 1_000;

    /// <summary>So often the store said that a queue of a run's jobs cannot be made, before the run has failed.</summary>
    private const int MostUnopened = 3;

    private readonly HashSet<long> _inboxTaken = [];
    private readonly HashSet<string> _elsewhere = [];
    private readonly Dictionary<string, int> _unopened = [];

    /// <summary>Queues to be made before anybody submits to them, since a caller's transaction may be what keeps the store from making one.</summary>
    public IReadOnlyList<string> OpensAtStart { get; init; } = [];

    private void OpenAtStart()
    {
        foreach (string name in OpensAtStart)
        {
            if (!_queues.ContainsKey(name) && _opening.Add(name))
                Effects.OpenQueues.Add(name);
        }
    }

    /// <summary>What the store found in its inbox for this incarnation; rows come again until a commit has taken them.</summary>
    public void InboxRead(InboxRows rows)
    {
        foreach (string name in rows.Ownerless)
        {
            if (!_queues.ContainsKey(name) && _opening.Add(name))
                Effects.OpenQueues.Add(name);
        }
        if (_fenced || rows.Ids.Length == 0)
            return;
        JobBatch jobs = rows.Jobs;
        long[] keys = new long[rows.Ids.Length], inbox = new long[keys.Length];
        bool any = false;
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = -1;
            if (!_queues.TryGetValue(jobs.Queue(i), out QueueState? queue) || !_inboxTaken.Add(rows.Ids[i]))
                continue;
            keys[i] = rows.Keys[i] >= 0 ? rows.Keys[i] : JobKey.Pack(queue.Number, jobs.Priority(i), queue.NextSequence);
            queue.NextSequence = Math.Max(queue.NextSequence, JobKey.Sequence(keys[i]) + 1);
            inbox[i] = rows.Ids[i];
            any = true;
        }
        if (any)
            Keep(new InsertRows(jobs, keys, Now.UnixMs) { Ordered = OrderedAmong(jobs), Inbox = inbox });
    }

    /// <summary>Sets keys aside, and answers with them once no successor can give them to anybody else.</summary>
    private void Reserve(Submit submit, int accepted)
    {
        _inserting -= accepted;
        bool isStored = true;
        foreach (long key in submit.Keys)
        {
            if (key < 0 || _limits.ReservesInMemory)
                continue;
            QueueState queue = _byNumber[JobKey.Queue(key)]!;
            if (queue.NextSequence > queue.Reserved)
            {
                queue.Reserved = queue.NextSequence + ReserveBlock;
                _turn.Commit.Reserved.Add((queue.Number, queue.Reserved));
            }
            isStored &= queue.NextSequence <= queue.ReservedStored;
        }
        if (isStored)
            Effects.Answers.Add(new SubmitAnswer(submit.Submitter, submit.Ticket, submit.Keys, submit.Codes, submit.Detail));
        else
            _turn.Reservations.Add(submit);
    }

    private void ApplyReserved(Turn turn)
    {
        foreach ((int number, long sequence) in turn.Commit.Reserved)
        {
            QueueState queue = _byNumber[number]!;
            queue.ReservedStored = Math.Max(queue.ReservedStored, sequence);
        }
        foreach (Submit submit in turn.Reservations)
            Effects.Answers.Add(new SubmitAnswer(submit.Submitter, submit.Ticket, submit.Keys, submit.Codes, submit.Detail));
        foreach ((InsertRows rows, _) in turn.Kept)
        {
            if (rows.Inbox is not null)
                _inboxTaken.ExceptWith(rows.Inbox);
        }
    }

    /// <summary>
    /// Whether the jobs that this run submitted have queues by now. If not, these are being opened, and the outcome is read when the worker
    /// repeats it.
    /// </summary>
    private bool HasQueues(in FinishedRun run)
    {
        bool all = true;
        foreach (string name in run.Submits?.Queues ?? [])
        {
            if (_queues.ContainsKey(name) || _elsewhere.Contains(name) || _unopened.GetValueOrDefault(name) >= MostUnopened)
                continue;
            all = false;
            if (_opening.Add(name))
                Effects.OpenQueues.Add(name);
        }
        return all;
    }

    /// <summary>Null, or why the jobs of a run cannot be stored with its outcome.</summary>
    private string? WhyNot(JobBatch submits)
    {
        string? name = Array.Find(submits.Queues, name => !_queues.ContainsKey(name) && !_elsewhere.Contains(name));
        return name is null ? null : $"it submitted a job to queue '{name}', which would be one more than the {_options.Limits.Queues} that there may be";
    }

    /// <summary>Into the turn's commit, with the outcome of their run.</summary>
    private void AddSubmits(JobBatch jobs)
    {
        long[] keys = new long[jobs.Count];
        List<int> others = [];
        for (int i = 0; i < keys.Length; i++)
        {
            bool isOurs = _queues.TryGetValue(jobs.Queue(i), out QueueState? queue);
            keys[i] = isOurs ? JobKey.Pack(queue!.Number, jobs.Priority(i), queue.NextSequence++) : -1;
            if (!isOurs)
                others.Add(i);
        }
        if (others.Count < keys.Length)
            Keep(new InsertRows(jobs, keys, Now.UnixMs) { Ordered = OrderedAmong(jobs) });
        if (others.Count > 0)
            _turn.Commit.Posts.Add((BatchSplit.Take(jobs, [.. others], BatchRule.RowByRow), Now.UnixMs));
    }

    private void Keep(InsertRows rows)
    {
        _turn.Commit.Inserts.Add(rows);
        _turn.Kept.Add((rows, new Submit(-1, 0, rows.Jobs, Notify: false) { Keys = rows.Keys, AtUnixMs = Now.UnixMs }));
    }
}
