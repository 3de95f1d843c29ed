using System.Data;
using System.Data.Common;
using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>On SQLite: for connections of this process to the store's file. While such a transaction writes, the store waits.</summary>
/// <param name="schema">The name by which the connection knows the file, if it has attached it to another.</param>
internal sealed class SqliteTransactions(string schema = "main") : JobTransactions("\"" + schema.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")
{
    protected override int? FindWord(DbTransaction transaction, string word)
    {
        using DbCommand find = Command(transaction, $"SELECT id FROM {Schema}.word WHERE text = @text");
        Add(find, "@text", word, DbType.String);
        return find.ExecuteScalar() is long id ? (int)id : null;
    }

    protected override bool Move(DbTransaction transaction, JobTable from, in OutcomeRow success, int? worker, int? why)
    {
        string table = from == JobTable.Later ? "later" : "job";
        using DbCommand move = MoveCommand(
            transaction,
            $"INSERT INTO {Schema}.done (key, state, kind, submitted, listed, source, at, used, crashes, runs, worker, started, ended, outcome, why, history, result) "
                + $"SELECT key, {(int)JobState.Succeeded}, kind, submitted, listed, source, @ended, used + 1, crashes, @attempt, @worker, @started, @ended, @outcome, @why, "
                + $"CASE WHEN @line IS NULL THEN history ELSE coalesce(history, '') || @line END, @result FROM {Schema}.{table} WHERE key = @key AND runs = @runs",
            success,
            worker,
            why);
        if (move.ExecuteNonQuery() == 0)
            return false;
        using DbCommand delete = Command(transaction, $"DELETE FROM {Schema}.{table} WHERE key = @key; DELETE FROM {Schema}.chain WHERE name = (SELECT source FROM {Schema}.done WHERE key = @key) AND link = @key");
        Add(delete, "@key", success.Key, DbType.Int64);
        delete.ExecuteNonQuery();
        // The one write lock of the file is held anyway, so the count can be changed where it is.
        string count = from == JobTable.Later ? "later" : "ready";
        using DbCommand take = Command(transaction, $"UPDATE {Schema}.queue SET {count} = {count} - 1 WHERE number = @queue");
        Add(take, "@queue", JobKey.Queue(success.Key), DbType.Int32);
        take.ExecuteNonQuery();
        return true;
    }
}
