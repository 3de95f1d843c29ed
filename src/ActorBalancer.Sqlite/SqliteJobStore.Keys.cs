namespace ActorBalancer.Storage.Sqlite;

// Idempotency keys: looked up, judged and stored within the commit.
internal sealed partial class SqliteJobStore
{
    private static void Judge(SqliteHandle handle, KeyedRows rows)
    {
        SqliteStatement find = handle.Cached("SELECT job, high, low, submitted FROM idempotency WHERE queue = ?1 AND key = ?2");
        foreach ((int queue, string key) in rows.Names)
        {
            find.Bind(1, queue).Bind(2, key);
            if (find.Step())
                rows.Take(new StoredKey(queue, key, find.Long(0), new UInt128((ulong)find.Long(1), (ulong)find.Long(2)), find.Long(3)));
            find.Reset();
        }
        rows.Judge();
        SqliteStatement store = handle.Cached(
            "INSERT INTO idempotency (queue, key, job, high, low, submitted) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
            + "ON CONFLICT DO UPDATE SET job = excluded.job, high = excluded.high, low = excluded.low, submitted = excluded.submitted");
        foreach (StoredKey stored in rows.New)
        {
            store.Bind(1, stored.Queue).Bind(2, stored.Key).Bind(3, stored.Job)
                .Bind(4, (long)(ulong)(stored.Fingerprint >> 64)).Bind(5, (long)(ulong)stored.Fingerprint).Bind(6, stored.SubmittedUnixMs).Run();
        }
    }

    private static long PruneKeys(SqliteHandle handle, long now) => handle.Run(
        "DELETE FROM idempotency WHERE (queue, key) IN (SELECT queue, key FROM idempotency WHERE submitted <= ?1 ORDER BY submitted LIMIT ?2)",
        now - (long)InsertRows.KeyLife.TotalMilliseconds, SliceRows);
}
