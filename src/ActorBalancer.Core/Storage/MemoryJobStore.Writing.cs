using System.Runtime.InteropServices;

namespace ActorBalancer.Storage;

// A commit in memory cannot fail halfway: all that could refuse it is looked at before the first change.
internal sealed partial class MemoryJobStore
{
    // The store hears neither that a job's time has come nor that it was assigned, so a stored job that is not final may by
    // now be waiting or running. These are the states that it can reach from there, and running is not one to be stored.
    private static readonly bool[] Legal =
        [.. Enum.GetValues<JobState>().Select(to => to != JobState.Running
            && (JobTransitions.IsLegal(JobState.Waiting, to) || JobTransitions.IsLegal(JobState.Running, to)))];

    public ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (IsFenced(commit.Incarnation))
                return new(CommitResult.Fenced);

            long resultBytes = Check(commit);
            commit.ClearAnswers();
            LeftOutRows leftOut = new(commit);
            KeyedRows? keyed = KeyedRows.Of(commit, leftOut);
            if (keyed is not null)
            {
                _keys.Judge(keyed);
                commit.Known.AddRange(keyed.Known);
            }
            for (int i = 0; i < commit.Inserts.Count; i++)
                Insert(commit.Inserts[i], i, leftOut);
            if (commit.Outcomes.Count > 0)
                Finish(commit, resultBytes);
            foreach (QueueRow row in commit.Queues)
                _queues[row.Number].Set(row);
            foreach (long key in commit.Horizons)
                _queues[JobKey.Queue(key)].RaiseHorizon(key);
            foreach ((int queue, long sequence) in commit.Reserved)
                _queues[queue].Reserved = Math.Max(_queues[queue].Reserved, sequence);
            return new(CommitResult.Done);
        }
    }

    /// <summary>Throws if the commit breaks the contract; otherwise how many bytes of results it brings.</summary>
    private long Check(Commit commit)
    {
        foreach (InsertRows rows in commit.Inserts)
        {
            Require(rows.Keys.Length == rows.Jobs.Count, "as many keys as jobs");
            foreach (long key in rows.Keys)
                Require(key == -1 || (key >= 0 && IsQueue(JobKey.Queue(key)) && JobKey.Priority(key) >= 0
                    && _queues[JobKey.Queue(key)].Jobs.MayHold(JobKey.Sequence(key))), "keys of open queues with dense sequences");
        }

        long resultBytes = 0;
        foreach (ref readonly OutcomeRow row in CollectionsMarshal.AsSpan(commit.Outcomes))
        {
            Require(Legal[(int)row.State], "a legal transition");
            Require(row.Attempt == 0 || row.Worker is not null, "the worker of an attempt");
            resultBytes += row.Result.Length;
        }
        foreach (QueueRow row in commit.Queues)
            Require(IsQueue(row.Number), "a queue that is open");
        foreach (long key in commit.Horizons)
            Require(key >= 0 && IsQueue(JobKey.Queue(key)) && JobKey.Priority(key) >= 0, "a horizon in an open queue");
        foreach ((int queue, _) in commit.Reserved)
            Require(IsQueue(queue), "a reservation in an open queue");
        // Nobody's transaction can hold what lies in this process's memory.
        Require(LeftOutRows.InboxOf(commit).Count == 0, "nothing of an inbox");
        return resultBytes;
    }

    private bool IsQueue(int number) => (uint)number < (uint)_queues.Count;

    private static void Require(bool kept, string what)
    {
        if (!kept)
            throw new InvalidOperationException($"A commit must hold {what}; nothing was stored.");
    }

    private void Insert(in InsertRows rows, int batchAt, LeftOutRows leftOut)
    {
        _listedUnixMs = Math.Max(_listedUnixMs, rows.SubmittedUnixMs);
        MemoryBatch batch = new(rows.Jobs, rows.SubmittedUnixMs, _listedUnixMs);
        for (int i = 0; i < rows.Keys.Length; i++)
        {
            long key = rows.Keys[i];
            if (key < 0 || leftOut.Has(batchAt, i))
                continue;
            MemoryQueue queue = _queues[JobKey.Queue(key)];
            long sequence = JobKey.Sequence(key);
            MemoryPage page = queue.Jobs.FindOrAdd(sequence);
            ref MemoryRecord record = ref page[sequence];
            if (record.Batch is not null)
                continue;

            int priority = JobKey.Priority(key);
            long runAt = rows.Jobs.RunAtUnixMs(i);
            record.Batch = batch;
            record.Index = i;
            record.Priority = priority;
            record.State = runAt > rows.SubmittedUnixMs ? JobState.Scheduled : JobState.Waiting;
            record.AtUnixMs = record.State == JobState.Scheduled ? runAt : 0;
            queue.In(record.State)++;
            queue.Priorities |= 1 << priority;
            batch.Opened();
            page.Count++;
            page.Open(priority)++;
            queue.Open(priority)++;
        }
    }

    private void Finish(Commit commit, long resultBytes)
    {
        ResultBlobs results = new(resultBytes);
        long now = NowUnixMs(), duplicates = 0;
        foreach (ref readonly OutcomeRow row in CollectionsMarshal.AsSpan(commit.Outcomes))
        {
            if (Find(row.Key, out MemoryQueue? queue) is not { } page || JobTransitions.IsFinal(page[row.Key].State))
            {
                duplicates++;
                commit.Missing.Add(row.Key);
                continue;
            }

            ref MemoryRecord record = ref page[row.Key];
            queue!.In(record.State)--;
            record.Finish(row);
            queue.In(record.State)++;
            if (!JobTransitions.IsFinal(row.State))
                continue;

            int number = RingOf(row.State).Add(row.Key, now);
            if (row.State != JobState.Succeeded)
            {
                // Its batch may be large, and the others of it done.
                record.Result = record.Batch!.Jobs.Payload(record.Index).ToArray();
                record.ResultStart = number;
                record.ResultLength = record.Result.Length;
                _payloadBytes += record.ResultLength;
            }
            else if (row.Result.Length > 0)
            {
                (record.Result, record.ResultStart) = results.Copy(row.Result.Span);
                record.ResultLength = row.Result.Length;
                _resultBytes += row.Result.Length;
            }
            record.Batch!.Closed();
            page.Open(record.Priority)--;
            queue.Open(record.Priority)--;
        }
        if (duplicates > 0)
            Interlocked.Add(ref _duplicates, duplicates);
        Forget(now);
    }

    /// <summary>The page with the job of that key, or null.</summary>
    private MemoryPage? Find(long key, out MemoryQueue? queue)
    {
        int number = JobKey.Queue(key);
        queue = key >= 0 && IsQueue(number) ? _queues[number] : null;
        if (queue?.Jobs.Find(JobKey.Sequence(key)) is not { } page)
            return null;
        ref MemoryRecord record = ref page[key];
        return record.Batch is not null && record.Priority == JobKey.Priority(key) ? page : null;
    }
}
