using Npgsql;

namespace ActorBalancer.Storage.Postgres;

// Idempotency keys: looked up, judged and stored within the commit. A queue has one writer, so nobody takes one in between.
internal sealed partial class PostgresJobStore
{
    private async Task JudgeAsync(NpgsqlConnection connection, Commit commit, CommitPlan plan)
    {
        plan.Keyed = KeyedRows.Of(commit, plan.LeftOut);
        if (plan.Keyed is not { } rows)
            return;
        await using NpgsqlBatch batch = new(connection);
        foreach (IGrouping<int, (int Queue, string Key)> queue in rows.Names.GroupBy(name => name.Queue))
            batch.BatchCommands.Add(new NpgsqlBatchCommand(_sql.FindKeys).With(queue.Key).With((string?[])[.. queue.Select(name => name.Key)]));
        await using (NpgsqlDataReader row = await batch.ExecuteReaderAsync())
        {
            do
            {
                while (await row.ReadAsync())
                {
                    UInt128 fingerprint = new((ulong)row.GetInt64(3), (ulong)row.GetInt64(4));
                    rows.Take(new StoredKey(row.GetInt32(0), row.GetString(1), row.GetInt64(2), fingerprint, row.GetInt64(5)));
                }
            }
            while (await row.NextResultAsync());
        }
        rows.Judge();
    }

    private async Task<int> PruneKeysAsync(CancellationToken cancellation) => await OnPoolAsync(connection => RunAsync(connection,
        "WITH old AS MATERIALIZED (SELECT queue, key FROM {s}.idempotency WHERE submitted <= {s}.now_ms() - $1 ORDER BY submitted LIMIT $2 FOR UPDATE SKIP LOCKED) "
        + "DELETE FROM {s}.idempotency i USING old WHERE i.queue = old.queue AND i.key = old.key",
        (long)InsertRows.KeyLife.TotalMilliseconds, (long)SliceRows), cancellation);
}
