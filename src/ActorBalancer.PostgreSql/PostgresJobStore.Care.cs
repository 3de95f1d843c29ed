using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Postgres;

internal sealed partial class PostgresJobStore
{
    public async ValueTask<StoreStats> StatsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<RouterRow> routers = await RoutersAsync(cancellation);
        return await OnPoolAsync(async connection => new StoreStats
        {
            Store = "postgres",
            Schema = await ScalarAsync<int>(connection, "SELECT schema FROM {s}.meta"),
            Engine = "PostgreSQL " + await ScalarAsync<string>(connection, "SELECT current_setting('server_version')"),
            Queues = await RowsAsync(connection, row => new QueueCounts(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
                $"SELECT name, {ReadySql}, {LaterSql}, dead FROM {{s}}.queue q ORDER BY number"),
            Bytes = await ScalarAsync<long>(connection, $"SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c WHERE {OurTables}"),
            FreeBytes = 0,
            // The log is the whole server's, and only a superuser may look.
            LogBytes = 0,
            DeadRows = await ScalarAsync<long>(connection,
                $"SELECT coalesce(sum(pg_stat_get_dead_tuples(c.oid)), 0)::bigint FROM pg_class c WHERE {OurTables}"),
            OldestTransaction = TimeSpan.FromMilliseconds(await ScalarAsync<long>(connection,
                "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) * 1000, 0)::bigint FROM pg_stat_activity "
                + "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'")),
            Routers = routers,
        }, cancellation);
    }

    public async ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellation) =>
        await OnPoolAsync<IReadOnlyList<string>>(async connection =>
        {
            List<string> findings = [];
            foreach ((string rule, string broken) in Invariants)
            {
                await using Npgsql.NpgsqlCommand check = Command(connection, broken);
                // It reads everything, which takes as long as it takes.
                check.CommandTimeout = 0;
                if (await check.ExecuteScalarAsync(cancellation) is long count and not 0)
                    findings.Add($"{count} times not so: {rule}.");
            }
            return findings;
        }, cancellation);

    private const string OurTables = "c.relkind = 'r' AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = '{s}.meta'::regclass)";

    private const string AllKeys =
        "(SELECT key, kind FROM {s}.job UNION ALL SELECT key, kind FROM {s}.later UNION ALL SELECT key, kind FROM {s}.done UNION ALL SELECT key, kind FROM {s}.ended)";

    private static readonly (string Rule, string Broken)[] Invariants =
    [
        ("a job is in exactly one table", $"SELECT count(*) FROM (SELECT key FROM {AllKeys} AS every GROUP BY key HAVING count(*) > 1) AS twice"),
        ("a job belongs to a queue, and the queue's next sequence lies above it",
            $"SELECT count(*) FROM {AllKeys} AS every LEFT JOIN {{s}}.queue q ON q.number = (every.key >> 52)::int "
            + $"WHERE q.number IS NULL OR every.key & {JobKey.MaxSequence} >= q.next_sequence"),
        ("a queue's count of ready jobs is right", CountSql(ReadySql, "job", "true")),
        ("a queue's count of scheduled and retrying jobs is right", CountSql(LaterSql, "later", "true")),
        ("a queue's count of dead jobs is right", CountSql("q.dead", "ended", $"state = {(int)JobState.Dead}")),
        ("the newest incarnation is the highest", "SELECT count(*) FROM {s}.node WHERE incarnation > (SELECT incarnation FROM {s}.meta)"),
        ("a job's kind is known", $"SELECT count(*) FROM {AllKeys} AS every WHERE NOT EXISTS (SELECT FROM {{s}}.word w WHERE w.id = every.kind)"),
        ("a job waits only once its state says so",
            $"SELECT (SELECT count(*) FROM {{s}}.job WHERE state <> {(int)JobState.Waiting}) + (SELECT count(*) FROM {{s}}.done WHERE state <> {(int)JobState.Succeeded})"),
    ];

    // A snapshot of one statement: owners commit meanwhile.
    private static string CountSql(string kept, string table, string which) =>
        $"SELECT count(*) FROM {{s}}.queue q LEFT JOIN (SELECT (key >> 52)::int AS number, count(*) AS jobs FROM {{s}}.{table} WHERE {which} GROUP BY 1) AS c "
        + $"USING (number) WHERE {kept} <> coalesce(c.jobs, 0)";
}
