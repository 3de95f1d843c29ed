using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage;

/// <summary>
/// The part of it that is alike in both databases. Plain commands on the caller's connection, whichever library's class that is.
/// </summary>
/// <param name="schema">Where the tables lie, as it stands in a statement.</param>
internal abstract class JobTransactions(string schema) : IJobTransactions
{
    // Long enough to save round trips, short enough for every limit on arguments.
    private const int RowsAStatement = 50;

    private static readonly string[] Columns = InboxBuilder.Columns.Split(", ")[1..];

    protected string Schema { get; } = schema;

    public async Task SubmitInAsync(DbTransaction transaction, JobBatch jobs, long[] keys, long submittedUnixMs, CancellationToken cancellation)
    {
        for (int from = 0; from < jobs.Count; from += RowsAStatement)
        {
            await using DbCommand insert = Command(transaction, "");
            StringBuilder sql = new($"INSERT INTO {Schema}.inbox ({string.Join(", ", Columns)}) VALUES ");
            for (int i = from; i < Math.Min(from + RowsAStatement, jobs.Count); i++)
            {
                sql.Append(i == from ? "(" : ", (");
                object?[] values = ValuesOf(jobs, i, keys[i], submittedUnixMs);
                for (int c = 0; c < values.Length; c++)
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"@v{insert.Parameters.Count}");
                    sql.Append(c == 0 ? "" : ", ").Append(name);
                    Add(insert, name, values[c], Columns[c] switch { "payload" => DbType.Binary, "queue" or "kind" or "source" or "idempotency_key" => DbType.String, "priority" or "allowed" => DbType.Int32, _ => DbType.Int64 });
                }
                sql.Append(')');
            }
#pragma warning disable CA2100 // It holds names of arguments and columns only.
            insert.CommandText = sql.ToString();
#pragma warning restore CA2100
            await insert.ExecuteNonQueryAsync(cancellation);
        }
    }

    public void CompleteIn(DbTransaction transaction, in OutcomeRow success)
    {
        if (success is not { State: JobState.Succeeded, Attempt: > 0, StartedUnixMs: > 0 })
            throw new ArgumentException("Only the success of a run completes its job in a transaction.", nameof(success));
        // A name that has no number yet is not given one here: the owner would have to wait for this transaction with the next job that has
        // it. Then the run stands with those that did not end the job, which shows the same.
        int? worker = FindWord(transaction, success.Worker), why = success.Why is null ? null : FindWord(transaction, success.Why);
        if (!Move(transaction, JobTable.Job, success, worker, why) && !Move(transaction, JobTable.Later, success, worker, why))
            throw new StaleRunException(new JobId(success.Key), success.Attempt);
    }

    /// <summary>The number of a kind, worker or strategy; null: it has none.</summary>
    protected abstract int? FindWord(DbTransaction transaction, string word);

    /// <summary>False: the job is not in that table, or not at that attempt.</summary>
    protected abstract bool Move(DbTransaction transaction, JobTable from, in OutcomeRow success, int? worker, int? why);

    /// <summary>A command that moves the job, with its arguments.</summary>
    protected static DbCommand MoveCommand(DbTransaction transaction, string sql, in OutcomeRow success, int? worker, int? why)
    {
        DbCommand command = Command(transaction, sql);
        Add(command, "@key", success.Key, DbType.Int64);
        Add(command, "@runs", success.Attempt - 1, DbType.Int32);
        Add(command, "@attempt", success.Attempt, DbType.Int32);
        Add(command, "@ended", success.FinishedUnixMs, DbType.Int64);
        Add(command, "@result", success.Result.IsEmpty ? null : success.Result.ToArray(), DbType.Binary);
        Add(command, "@worker", worker, DbType.Int32);
        Add(command, "@started", worker is null ? null : success.StartedUnixMs, DbType.Int64);
        Add(command, "@outcome", worker is null ? null : (int)AttemptOutcome.Succeeded, DbType.Int32);
        Add(command, "@why", worker is null ? null : why, DbType.Int32);
        Add(command, "@line", worker is null ? RunHistory.Line(success) : null, DbType.String);
        return command;
    }

    protected static DbCommand Command(DbTransaction transaction, string sql)
    {
        DbCommand command = (transaction.Connection ?? throw new ArgumentException("The transaction has ended.", nameof(transaction))).CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Made of constants and the schema's quoted name.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    protected static void Add(DbCommand command, string name, object? value, DbType type)
    {
        DbParameter parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.DbType, parameter.Value) = (name, type, value ?? DBNull.Value);
        command.Parameters.Add(parameter);
    }

    private static object?[] ValuesOf(JobBatch jobs, int i, long key, long submittedUnixMs)
    {
        UInt128 fingerprint = jobs.IdempotencyKey(i) is null ? 0 : jobs.Fingerprints![i];
        return
        [
            jobs.Queue(i), key, jobs.Kind(i), submittedUnixMs, jobs.Source(i), jobs.Priority(i), jobs.RunAtUnixMs(i), jobs.TimeLimitMs(i),
            jobs.AttemptsAllowed(i), jobs.IdempotencyKey(i), (long)(ulong)(fingerprint >> 64), (long)(ulong)fingerprint, jobs.Payload(i).ToArray(),
        ];
    }
}
