namespace ActorBalancer.Storage.Sqlite;

internal sealed partial class SqliteJobStore
{
    public async ValueTask<StoreStats> StatsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<RouterRow> routers = await RoutersAsync(cancellation);
        return await Readers.ReadAsync(handle =>
        {
            List<QueueCounts> queues = [];
            SqliteStatement counts = handle.Cached("SELECT name, ready, later, dead FROM queue ORDER BY number");
            while (counts.Step())
                queues.Add(new QueueCounts(counts.Text(0)!, counts.Long(1), counts.Long(2), counts.Long(3)));
            long pageBytes = handle.Scalar("PRAGMA page_size");
            return new StoreStats
            {
                Store = "sqlite",
                Schema = (int)handle.Scalar("SELECT schema FROM meta"),
                Engine = "SQLite " + handle.Text("SELECT sqlite_version()"),
                Queues = queues,
                Bytes = FileBytes("") + FileBytes("-wal") + FileBytes("-shm"),
                LogBytes = FileBytes("-wal"),
                // Pages that are free again are used before the file grows.
                DeadRows = 0,
                FreeBytes = handle.Scalar("PRAGMA freelist_count") * pageBytes,
                OldestTransaction = TimeSpan.Zero,
                Routers = routers,
            };
        }, cancellation);
    }

    public async ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellation) =>
        await Readers.ReadAsync<IReadOnlyList<string>>(handle =>
        {
            List<string> findings = [];
            try
            {
                Check(handle, findings);
            }
            catch (SqliteFailure e) when (e.IsDamage)
            {
                findings.Add(e.Message);
            }
            return findings;
        }, cancellation);

    private static void Check(SqliteHandle handle, List<string> findings)
    {
        using (SqliteStatement damage = handle.Prepare("PRAGMA integrity_check"))
        {
            while (damage.Step())
            {
                if (damage.Text(0) is { } finding && finding != "ok")
                    findings.Add(finding);
            }
        }
        foreach ((string rule, string broken) in Invariants)
        {
            if (handle.Scalar(broken) is not 0 and long count)
                findings.Add($"{count} times not so: {rule}.");
        }
    }

    private static readonly (string Rule, string Broken)[] Invariants =
    [
        ("a job is in exactly one table",
            "SELECT count(*) FROM job WHERE key IN (SELECT key FROM later) OR key IN (SELECT key FROM done) OR key IN (SELECT key FROM ended)"),
        ("a job that waits is not also finished",
            "SELECT count(*) FROM later WHERE key IN (SELECT key FROM done) OR key IN (SELECT key FROM ended)"),
        ("a succeeded job is not also dead, discarded or cancelled", "SELECT count(*) FROM ended WHERE key IN (SELECT key FROM done)"),
        ("a job belongs to a queue",
            "SELECT count(*) FROM (SELECT key FROM job UNION ALL SELECT key FROM later UNION ALL SELECT key FROM done UNION ALL SELECT key FROM ended) "
            + "WHERE key >> 52 NOT IN (SELECT number FROM queue)"),
        ("a queue's next sequence lies above all its jobs",
            "SELECT count(*) FROM (SELECT key FROM job UNION ALL SELECT key FROM later UNION ALL SELECT key FROM done UNION ALL SELECT key FROM ended) "
            + "WHERE key & 281474976710655 >= (SELECT next_sequence FROM queue WHERE number = key >> 52)"),
        ("a queue's count of ready jobs is right",
            "SELECT count(*) FROM queue WHERE ready <> (SELECT count(*) FROM job WHERE key BETWEEN number << 52 AND (number << 52) + 4503599627370495)"),
        ("a queue's count of scheduled and retrying jobs is right",
            "SELECT count(*) FROM queue WHERE later <> (SELECT count(*) FROM later WHERE key BETWEEN number << 52 AND (number << 52) + 4503599627370495)"),
        ("a queue's count of dead jobs is right",
            "SELECT count(*) FROM queue WHERE dead <> (SELECT count(*) FROM ended WHERE state = 7 AND key BETWEEN number << 52 AND (number << 52) + 4503599627370495)"),
        ("what can be read by its source is not final", "SELECT count(*) FROM chain WHERE link NOT IN (SELECT key FROM job UNION ALL SELECT key FROM later)"),
        ("the newest incarnation is the highest", "SELECT count(*) FROM node WHERE incarnation > (SELECT incarnation FROM meta)"),
        ("a job's kind is known",
            "SELECT count(*) FROM (SELECT kind FROM job UNION ALL SELECT kind FROM later UNION ALL SELECT kind FROM done UNION ALL SELECT kind FROM ended) "
            + "WHERE kind NOT IN (SELECT id FROM word)"),
    ];

    private long FileBytes(string suffix) => new FileInfo(_file + suffix) is { Exists: true } file ? file.Length : 0;
}
