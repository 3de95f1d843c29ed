using System.Runtime.InteropServices;
using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

internal sealed partial class PostgresJobStore
{
    public string? Trouble { get; private set; }

    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        CommitRules.Check(commit, _queues.Has);
        await _writing.WaitAsync(cancellation);
        try
        {
            // Most turns hold new keys and the outcomes of jobs that wait in one table. One that does not, or that turns out not to, is
            // looked up key by key before it is written.
            bool careful = !IsPlain(commit);
            HashSet<long> refused = [];
            for (int tries = 0; ; tries++)
            {
                (CommitResult result, Again again) = await TryAsync(commit, careful, refused);
                if (again == Again.No || tries == 3)
                    return again == Again.No ? result : CommitResult.Unavailable;
                careful |= again == Again.Carefully;
                if (again == Again.WithoutBadRows && !await FindBadRowsAsync(commit, refused))
                    return CommitResult.Unavailable;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private static long[] NoKeys(int count)
    {
        long[] none = new long[count];
        Array.Fill(none, -1);
        return none;
    }

    private enum Again
    {
        No,

        /// <summary>A key was not where it was taken to be.</summary>
        Carefully,

        /// <summary>A row cannot be stored, and must be found and left out.</summary>
        WithoutBadRows,

        /// <summary>Something stood in the way that is not there any more.</summary>
        AsBefore,
    }

    private async Task<(CommitResult Result, Again Again)> TryAsync(Commit commit, bool careful, HashSet<long> refused)
    {
        commit.ClearAnswers();
        bool committing = false, wasOpen = _writer.IsOpen;
        try
        {
            NpgsqlConnection connection = await _writer.OpenAsync(commit.Incarnation, default);
            await LearnWordsAsync(connection, commit);
            // Sent with the first statement.
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            CommitPlan plan = new(_sql, _queues, _words) { LeftOut = new LeftOutRows(commit) };
            plan.LeftOut.AddRefused(refused);
            await TakeFromInboxAsync(connection, commit, plan.LeftOut);
            await JudgeAsync(connection, commit, plan);
            foreach ((JobBatch jobs, long submitted) in commit.Posts)
                await _transactions.SubmitInAsync(transaction, jobs, NoKeys(jobs.Count), submitted, default);
            if (careful)
                await LookUpAsync(connection, plan, commit);
            plan.AddInserts(commit, careful);
            plan.AddOutcomes(commit, careful);
            if (plan.Missing.Count > 0)
                await TakeTallyAsync(connection, plan.Missing);

            await using NpgsqlBatch batch = new(connection, transaction);
            plan.Write(batch, commit);
            // Rule 2: the last statement takes the share lock that a successor's fence waits for, or finds itself fenced.
            batch.BatchCommands.Add(new NpgsqlBatchCommand(_sql.Fence).With(commit.Incarnation));
            await batch.ExecuteNonQueryAsync();
            if (batch.BatchCommands[^1].Rows != 1)
            {
                await transaction.RollbackAsync();
                return (CommitResult.Fenced, Again.No);
            }
            if (!plan.IsAsExpected(batch))
            {
                await transaction.RollbackAsync();
                return careful ? throw new InvalidOperationException("A commit moved other jobs than it had found; nothing was stored.") : (default, Again.Carefully);
            }

            // Checkpoints 1 and 2. From here to the answer nobody knows whether it is stored.
            committing = true;
            await transaction.CommitAsync();
            committing = false;
            _queues.End(kept: true);
            Trouble = null;
            commit.Missing.AddRange(plan.Missing);
            if (plan.Keyed is not null)
                commit.Known.AddRange(plan.Keyed.Known);
            commit.Refused.AddRange(refused);
            Interlocked.Add(ref _duplicates, plan.Missing.Count);
            return (CommitResult.Done, Again.No);
        }
        catch (PostgresException e) when (!committing && e.SqlState is PostgresErrors.UniqueViolation && !careful)
        {
            await _writer.DropAsync();
            return (default, Again.Carefully);
        }
        catch (PostgresException e) when (!committing && e.SqlState is PostgresErrors.CheckViolation)
        {
            await _writer.DropAsync();
            return await TryToAddPartitionsAsync();
        }
        catch (Exception e) when (!committing && commit.Inserts.Count > 0 && PostgresErrors.IsBadRow(e))
        {
            await _writer.DropAsync();
            return (default, Again.WithoutBadRows);
        }
        catch (Exception e) when (PostgresErrors.IsPassing(e))
        {
            await _writer.DropAsync();
            Trouble = $"{_names.Shown}: {e.Message}";
            if (committing && !PostgresErrors.IsRolledBack(e))
                return (CommitResult.Unknown, Again.No);
            // The server was restarted since, or a successor has ended the connection: a new one tells which.
            if (wasOpen && PostgresErrors.IsLostConnection(e))
                return (default, Again.AsBefore);
            return (PostgresErrors.IsFull(e) ? CommitResult.Full : CommitResult.Unavailable, Again.No);
        }
        catch
        {
            await _writer.DropAsync();
            throw;
        }
        finally
        {
            // Nothing where it was stored.
            _queues.End(kept: false);
        }
    }

    private async Task<(CommitResult Result, Again Again)> TryToAddPartitionsAsync()
    {
        try
        {
            await InTransactionAsync(async connection => (true, await AddPartitionsAsync(connection)), default);
            return (default, Again.AsBefore);
        }
        catch (StoreUnavailableException e)
        {
            Trouble = e.Message;
            return (CommitResult.Unavailable, Again.No);
        }
    }

    /// <summary>Every key to insert is new, and every outcome is that of another job, which cannot be scheduled or retrying.</summary>
    private bool IsPlain(Commit commit)
    {
        HashSet<long> keys = new(commit.Outcomes.Count);
        foreach (ref readonly OutcomeRow row in CollectionsMarshal.AsSpan(commit.Outcomes))
        {
            if (row.Key < 0 || !_queues.Has(JobKey.Queue(row.Key)) || _queues.Of(JobKey.Queue(row.Key)).LaterNow > 0 || !keys.Add(row.Key))
                return false;
        }
        Dictionary<int, long> next = [];
        foreach (InsertRows rows in commit.Inserts)
        {
            foreach (long key in rows.Keys)
            {
                if (key < 0)
                    continue;
                int queue = JobKey.Queue(key);
                ref long from = ref CollectionsMarshal.GetValueRefOrAddDefault(next, queue, out bool known);
                if (!known)
                    from = _queues.Of(queue).NextSequence;
                // A job that comes in and ends in one commit is in no table yet when that is planned.
                if (JobKey.Sequence(key) < from || keys.Contains(key))
                    return false;
                from = JobKey.Sequence(key) + 1;
            }
        }
        return true;
    }

    private async Task LookUpAsync(NpgsqlConnection connection, CommitPlan plan, Commit commit)
    {
        long[] inserts = [.. commit.Inserts.SelectMany(rows => rows.Keys).Where(key => key >= 0).Distinct()];
        long[] outcomes = [.. commit.Outcomes.Select(row => row.Key).Where(key => key >= 0).Distinct()];
        if (inserts.Length > 0)
            plan.Existing.UnionWith(await RowsAsync(connection, row => row.GetInt64(0), _sql.Existing, inserts));
        if (outcomes.Length == 0)
            return;
        foreach ((long key, bool later) in await RowsAsync(connection, row => (row.GetInt64(0), row.GetBoolean(1)), _sql.Where, outcomes))
            plan.Where[key] = later ? JobTable.Later : JobTable.Job;
    }

    /// <summary>Gives numbers to words that have none, each in a transaction of its own: a word too many does no harm.</summary>
    private async Task LearnWordsAsync(NpgsqlConnection connection, Commit commit)
    {
        HashSet<string>? missing = null;
        foreach (InsertRows rows in commit.Inserts)
        {
            foreach (string kind in rows.Jobs.Kinds)
                Look(kind);
        }
        foreach (ref readonly OutcomeRow row in CollectionsMarshal.AsSpan(commit.Outcomes))
        {
            if (row.Attempt > 0)
                Look(row.Worker);
            if (row.Why is not null)
                Look(row.Why);
        }
        if (missing is null)
            return;
        string[] words = [.. missing.Select(word => BatchText.Clean(word)!)];
        await RunAsync(connection, "INSERT INTO {s}.word (text) SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING", (object)words);
        Dictionary<string, int> ids = new(await RowsAsync(connection, row => KeyValuePair.Create(row.GetString(1), row.GetInt32(0)),
            "SELECT id, text FROM {s}.word WHERE text = ANY ($1)", (object)words), StringComparer.Ordinal);
        foreach (string word in missing)
            _words.Add(ids[BatchText.Clean(word)!], word);

        void Look(string word)
        {
            if (_words.Find(word) == 0)
                (missing ??= []).Add(word);
        }
    }
}
