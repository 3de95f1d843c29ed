using System.Runtime.InteropServices;
using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

internal sealed partial class SqliteJobStore
{
    // Of the commit under way, kept for the next one's use.
    private readonly List<long> _moved = [];
    private readonly HashSet<long> _keys = [];
    private bool _stale;

    public string? Trouble { get; private set; }

    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        CommitRules.Check(commit, _queues.Has);
        return await Writer.RunAsync(handle => Write(handle, commit));
    }

    /// <summary>What lies in the log twice takes room that is wanted now.</summary>
    private static void GiveUpLog(SqliteHandle handle)
    {
        try
        {
            handle.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteFailure)
        {
            // There is no room for that either; the next commit tries again.
        }
    }

    /// <summary>On the writer's thread. Checkpoints 1 and 2 are the COMMIT: the log is on the disk when it returns.</summary>
    private CommitResult Write(SqliteHandle handle, Commit commit)
    {
        commit.ClearAnswers();
        bool committing = false;
        try
        {
            handle.Cached("BEGIN IMMEDIATE").Run();
            ReadAgain(handle);
            LeftOutRows leftOut = new(commit);
            TakeFromInbox(handle, commit, leftOut);
            KeyedRows? keyed = KeyedRows.Of(commit, leftOut);
            if (keyed is not null)
                Judge(handle, keyed);
            for (int i = 0; i < commit.Inserts.Count; i++)
                Insert(handle, commit.Inserts[i], i, leftOut);
            List<long> missing = commit.Outcomes.Count > 0 ? Finish(handle, commit.Outcomes) : [];
            foreach ((int queue, long sequence) in commit.Reserved)
                _queues.Touch(queue).Reserve(sequence);
            SetQueues(handle, commit);
            SetFigures(handle);
            if (!HoldsFence(handle, commit.Incarnation))
            {
                Undo(handle);
                return CommitResult.Fenced;
            }
            committing = true;
            handle.Cached("COMMIT").Run();
            _queues.End(kept: true);
            Trouble = null;
            commit.Missing.AddRange(missing);
            if (keyed is not null)
                commit.Known.AddRange(keyed.Known);
            Interlocked.Add(ref _duplicates, missing.Count);
            return CommitResult.Done;
        }
        catch (SqliteFailure e) when (e.IsFull)
        {
            Undo(handle);
            Trouble = $"{_file}: {e.Message}";
            GiveUpLog(handle);
            return CommitResult.Full;
        }
        catch (SqliteFailure e) when (e.IsPassing)
        {
            Undo(handle);
            Trouble = $"{_file}: {e.Message}";
            // The log may have reached the disk although its flush failed, and a crash now would bring it back.
            return committing && e.IsIo ? CommitResult.Unknown : CommitResult.Unavailable;
        }
        catch
        {
            Undo(handle);
            throw;
        }
    }

    private void Insert(SqliteHandle handle, in InsertRows rows, int batch, LeftOutRows leftOut)
    {
        JobBatch jobs = rows.Jobs;
        SqliteStatement plain = handle.Cached(JobSql.InsertPlain);
        ReadOnlySpan<byte> blob = jobs.Blob.Span;
        for (int i = 0; i < rows.Keys.Length; i++)
        {
            long key = rows.Keys[i];
            if (key < 0 || leftOut.Has(batch, i))
                continue;
            QueueFigures queue = _queues.Touch(JobKey.Queue(key));
            // What the queue's only writer has not given out before is in no table.
            if (JobKey.Sequence(key) < queue.NextSequence && handle.Scalar(JobSql.Exists, key) != 0)
                continue;

            long runAt = jobs.RunAtUnixMs(i);
            bool later = runAt > rows.SubmittedUnixMs;
            string? source = jobs.Source(i);
            int allowed = jobs.AttemptsAllowed(i);
            long timeLimit = jobs.TimeLimitMs(i);
            bool isPlain = source is null && runAt == 0 && allowed == 0 && timeLimit == 0;
            SqliteStatement insert = isPlain ? plain : handle.Cached(later ? JobSql.InsertLater : JobSql.InsertJob);
            insert.Bind(1, key).Bind(2, Word(handle, jobs.Kind(i))).Bind(3, rows.SubmittedUnixMs);
            long listed = queue.Insert(key, rows.SubmittedUnixMs, later);
            insert.Bind(4, listed > rows.SubmittedUnixMs ? listed : null);
            insert.Bind(5, blob[jobs.Starts[i]..jobs.Starts[i + 1]]);
            if (!isPlain)
            {
                insert.Bind(6, source).Bind(7, allowed > 0 ? allowed : null).Bind(8, timeLimit > 0 ? timeLimit : null)
                    .Bind(9, runAt > 0 ? runAt : null).Bind(10, later ? runAt : 0);
            }
            insert.Run();
            if (rows.IsOrdered(i))
            {
                queue.IsOrdered = true;
                handle.Cached(JobSql.Link).Bind(1, source).Bind(2, key).Run();
            }
        }
    }

    /// <summary>Those of them that are duplicates: their jobs are final or not there.</summary>
    private List<long> Finish(SqliteHandle handle, List<OutcomeRow> outcomes)
    {
        // Where each job has one outcome, rows that move away are deleted in the end, side by side and so for less.
        bool together = IsOneEach(outcomes);
        long now = NowUnixMs();
        List<long> missing = [];
        SqliteStatement plain = handle.Cached(JobSql.MovePlain).Bind(7, now);
        (string? worker, string? why) = (null, null);
        foreach (ref readonly OutcomeRow row in CollectionsMarshal.AsSpan(outcomes))
        {
            if (row.Key < 0 || !_queues.Has(JobKey.Queue(row.Key)))
            {
                missing.Add(row.Key);
                continue;
            }
            QueueFigures queue = _queues.Touch(JobKey.Queue(row.Key));
            JobTable to = JobTables.Of(row.State);
            if (queue.IsOrdered && JobTransitions.IsFinal(row.State))
                handle.Cached(JobSql.Unlink).Bind(1, row.Key).Run();
            if (together && IsPlain(row))
            {
                // What is bound stays bound, and most jobs of a turn have the same worker and the same strategy.
                if (!ReferenceEquals(worker, row.Worker) || !ReferenceEquals(why, row.Why))
                    plain.Bind(8, Word(handle, worker = row.Worker)).Bind(9, (why = row.Why) is null ? null : Word(handle, why));
                if (row.Result.IsEmpty)
                    plain.BindNull(6);
                else
                    plain.Bind(6, row.Result.Span);
                plain.Bind(1, row.Key).Bind(2, row.Used).Bind(3, row.Attempt).Bind(4, row.StartedUnixMs).Bind(5, row.FinishedUnixMs).Run();
                if (handle.Changes == 1)
                {
                    _moved.Add(row.Key);
                    queue.Move(JobTable.Job, to, row.State);
                    continue;
                }
            }
            if (Move(handle, row, JobTable.Job, to, now))
                queue.Move(JobTable.Job, to, row.State);
            else if (Move(handle, row, JobTable.Later, to, now))
                queue.Move(JobTable.Later, to, row.State);
            else
                missing.Add(row.Key);
        }
        DeleteMoved(handle);
        return missing;
    }

    private static bool IsPlain(in OutcomeRow row) => row.State == JobState.Succeeded && row.Outcome == AttemptOutcome.Succeeded && row.Attempt > 0
        && row.StartedUnixMs > 0 && row.Crashes == 0 && row.Error is null && row.Reason == DeadReason.None;

    private bool IsOneEach(List<OutcomeRow> outcomes)
    {
        _keys.Clear();
        foreach (ref readonly OutcomeRow row in CollectionsMarshal.AsSpan(outcomes))
        {
            if (!_keys.Add(row.Key))
                return false;
        }
        return true;
    }

    private void DeleteMoved(SqliteHandle handle)
    {
        _moved.Sort();
        SqliteStatement delete = handle.Cached(JobSql.DeleteRange);
        for (int i = 0; i < _moved.Count; i++)
        {
            long first = _moved[i];
            while (i + 1 < _moved.Count && _moved[i + 1] == _moved[i] + 1)
                i++;
            delete.Bind(1, first).Bind(2, _moved[i]).Run();
        }
        _moved.Clear();
    }

    /// <summary>False: the job is not in that table.</summary>
    private bool Move(SqliteHandle handle, in OutcomeRow row, JobTable from, JobTable to, long now)
    {
        bool ran = row.Attempt > 0 && row.StartedUnixMs > 0;
        bool final = JobTransitions.IsFinal(row.State);
        SqliteStatement move = handle.Cached(JobSql.Move(from, to, ran));
        move.Bind(1, row.Key).Bind(2, (long)row.State).Bind(3, row.Used).Bind(4, row.Crashes);
        move.Bind(5, final ? now : row.State == JobState.Retrying ? row.RunAtUnixMs : 0).Bind(6, row.Error);
        if (ran)
            move.Bind(7, row.Attempt).Bind(8, Word(handle, row.Worker));
        if (final)
        {
            move.Bind(9, row.FinishedUnixMs).Bind(10, row.Reason == DeadReason.None ? null : (long)row.Reason);
            if (row.State == JobState.Succeeded && row.Result.Length > 0)
                move.Bind(11, row.Result.Span);
            else
                move.BindNull(11);
            if (ran)
                move.Bind(12, row.StartedUnixMs).Bind(13, (long)row.Outcome).Bind(14, row.Why is null ? null : Word(handle, row.Why));
        }
        else if (ran)
        {
            move.Bind(9, RunHistory.Line(row));
        }
        move.Run();
        if (handle.Changes == 0)
            return false;
        if (from != to)
            handle.Cached(JobSql.Delete(from)).Bind(1, row.Key).Run();
        return true;
    }

    private static void SetQueues(SqliteHandle handle, Commit commit)
    {
        foreach (QueueRow row in commit.Queues)
        {
            handle.Cached("UPDATE queue SET paused = ?2, strategy = ?3, binding = ?4, weights = ?5 WHERE number = ?1")
                .Bind(1, row.Number).Bind(2, row.Paused ? 1 : 0).Bind(3, row.Strategy).Bind(4, (long?)row.Binding).Bind(5, (long?)row.Weights).Run();
        }
        // Horizons only move up: an older one that comes late says nothing.
        foreach (long key in commit.Horizons)
        {
            handle.Run(
                "INSERT INTO horizon (queue, priority, key) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET key = max(key, excluded.key)",
                JobKey.Queue(key), JobKey.Priority(key), key);
        }
    }

    private void SetFigures(SqliteHandle handle)
    {
        foreach (QueueFigures queue in _queues.Touched)
        {
            handle.Run(
                "UPDATE queue SET next_sequence = ?2, newest = ?3, priorities = ?4, ready = ready + ?5, later = later + ?6, dead = dead + ?7, ordered = ?8 "
                + "WHERE number = ?1",
                queue.Number, queue.NextSequence, queue.Newest, queue.Priorities, queue.Ready, queue.Later, queue.Dead, queue.IsOrdered ? 1 : 0);
        }
    }

    /// <summary>Rolls back; words that got a number in it have none now, so the next commit reads them again.</summary>
    private void Undo(SqliteHandle handle)
    {
        handle.Rollback();
        _queues.End(kept: false);
        _moved.Clear();
        _stale = true;
    }

    private void ReadAgain(SqliteHandle handle)
    {
        if (!_stale)
            return;
        ReadWords(handle);
        _stale = false;
    }
}
