using System.Data;
using System.Data.Common;
using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Postgres;

/// <summary>On PostgreSQL: for any connection to the store's database whose user may read and write its tables.</summary>
/// <param name="schema">The store's schema.</param>
internal sealed class PostgresTransactions(string schema = PostgresJobStore.DefaultSchema) : JobTransactions(new PostgresNames(schema, "").Quoted)
{
    protected override int? FindWord(DbTransaction transaction, string word)
    {
        // Whoever stops here keeps the owner of the queue waiting for the job's row.
        using DbCommand find = Command(transaction, $"SET LOCAL idle_in_transaction_session_timeout = '10s'; SELECT id FROM {Schema}.word WHERE text = @text");
        Add(find, "@text", BatchText.Clean(word), DbType.String);
        return find.ExecuteScalar() as int?;
    }

    protected override bool Move(DbTransaction transaction, JobTable from, in OutcomeRow success, int? worker, int? why)
    {
        bool later = from == JobTable.Later;
        using DbCommand move = MoveCommand(
            transaction,
            $"WITH d AS (DELETE FROM {Schema}.{(later ? "later" : "job")} WHERE key = @key AND runs = @runs RETURNING *), "
                + $"t AS (INSERT INTO {Schema}.tally (queue, ready, later) SELECT (key >> 52)::int, {(later ? "0, -1" : "-1, 0")} FROM d) "
                + $"INSERT INTO {Schema}.done (key, state, kind, submitted, listed, source, at, used, crashes, runs, worker, started, ended, outcome, why, history, result, bucket) "
                + $"SELECT key, {(int)JobState.Succeeded}, kind, submitted, listed, source, n.now, used + 1, crashes, @attempt, @worker, @started, @ended, @outcome, @why, "
                + $"nullif(concat(history, @line), ''), @result, (n.now / {PostgresSql.BucketMs})::int FROM d, (SELECT {Schema}.now_ms() AS now) AS n",
            success,
            worker,
            why);
        return move.ExecuteNonQuery() == 1;
    }
}
