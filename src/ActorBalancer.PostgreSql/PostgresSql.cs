using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>
/// The statements of one schema, made once. Jobs go in and move a thousand at a time, as arrays (<c>unnest</c>). Each array costs the
/// server as much as a column of the row, so in the common case several small numbers share one.
/// </summary>
internal sealed class PostgresSql
{
    /// <summary>A partition of the succeeded jobs holds this many milliseconds.</summary>
    public const long BucketMs = 2 * 3600 * 1000;

    private const string Columns = JobColumns.All + ", ordered";

    private static readonly string[] Tables = ["job", "later", "done", "ended"];

    private readonly string _s;
    private readonly string[] _moves;
    private readonly string _storeKeys;

    public PostgresSql(PostgresNames names)
    {
        _s = names.Quoted;
        // By table to move from (2), table to move to (4), whether a run ended, and whether it is the common, plain case.
        _moves = [.. Enumerable.Range(0, 32).Select(i => MoveText((JobTable)(i >> 4), (JobTable)(i >> 2 & 3), (i & 2) != 0, (i & 1) != 0))];
        Fence = $"SELECT 1 FROM {_s}.node WHERE incarnation = $1 AND NOT fenced FOR SHARE";
        InsertPlain = $"INSERT INTO {_s}.job (key, state, kind, submitted, at, used, crashes, runs, payload) "
            + "SELECT i.key, 1, (i.piece >> 48)::int, i.submitted, 0, 0, 0, 0, substr($4, (i.piece >> 24 & 16777215)::int, (i.piece & 16777215)::int) "
            + "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS i (key, submitted, piece)";
        InsertJob = Insert("job", "1");
        InsertLater = Insert("later", "0");
        Existing = string.Join(" UNION ALL ", Tables.Select(table => $"SELECT key FROM {_s}.{table} WHERE key = ANY ($1)"));
        Where = $"SELECT key, false FROM {_s}.job WHERE key = ANY ($1) UNION ALL SELECT key, true FROM {_s}.later WHERE key = ANY ($1)";
        Figures = $"UPDATE {_s}.queue q SET next_sequence = f.next, newest = f.newest, priorities = q.priorities | f.priorities, "
            + "ready = q.ready + f.ready, later = q.later + f.later, dead = q.dead + f.dead "
            + "FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[]) "
            + "AS f (number, next, newest, priorities, ready, later, dead) WHERE q.number = f.number";
        Settings = $"UPDATE {_s}.queue SET paused = $2, strategy = $3, binding = $4, weights = $5 WHERE number = $1";
        Horizon = $"INSERT INTO {_s}.horizon (queue, priority, key) SELECT * FROM unnest($1::int[], $2::int[], $3::bigint[]) "
            + "ON CONFLICT (queue, priority) DO UPDATE SET key = greatest(horizon.key, excluded.key)";
        Load = $"SELECT {JobColumns.ForDispatch} FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY key) - octet_length(payload) AS before FROM ("
            + string.Join(" UNION ALL ", Tables[..2].Select(table => $"(SELECT {JobColumns.ForDispatch} FROM {_s}.{table} WHERE key > $1 AND key < $2 ORDER BY key LIMIT $3)"))
            + $" ORDER BY key LIMIT $3) AS page) AS sized WHERE before <= {LoadedJobs.MostBytes} ORDER BY key";
        Inbox = $"SELECT {InboxBuilder.Columns} FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY id) - octet_length(payload) AS before FROM ("
            + $"SELECT i.* FROM {_s}.inbox i JOIN {_s}.queue q ON q.name = i.queue WHERE q.owner = $1 ORDER BY i.id LIMIT $2) AS page) AS sized "
            + $"WHERE before <= {InboxBuilder.MostBytes} ORDER BY id";
        InboxOwnerless = $"SELECT DISTINCT i.queue FROM {_s}.inbox i LEFT JOIN {_s}.queue q ON q.name = i.queue "
            + $"WHERE NOT EXISTS (SELECT FROM {_s}.node n WHERE n.incarnation = q.owner AND NOT n.fenced)";
        FindKeys = $"SELECT queue, key, job, high, low, submitted FROM {_s}.idempotency WHERE queue = $1 AND key = ANY ($2)";
        _storeKeys = $"INSERT INTO {_s}.idempotency (queue, key, job, high, low, submitted) "
            + "SELECT * FROM unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) ON CONFLICT (queue, key) "
            + "DO UPDATE SET job = excluded.job, high = excluded.high, low = excluded.low, submitted = excluded.submitted";
        Get = string.Join(" UNION ALL ", Tables.Select(table => $"SELECT {JobColumns.ForLooking} FROM {_s}.{table} WHERE key = $1"));
        Reopen = $"WITH e AS (DELETE FROM {_s}.ended WHERE key = $1 RETURNING *) "
            + $"INSERT INTO {_s}.job (key, state, kind, submitted, listed, source, ordered, allowed, time_limit, at, used, crashes, runs, worker, error, history, payload) "
            + "SELECT key, 1, kind, submitted, listed, source, ordered, allowed, time_limit, 0, 0, 0, runs, worker, error, $2, payload FROM e";
    }

    /// <summary>The last statement of every commit (rule 2): no row comes back if the incarnation is fenced or gone.</summary>
    public string Fence { get; }

    /// <summary>Jobs with nothing but a kind and a payload.</summary>
    public string InsertPlain { get; }

    public string InsertJob { get; }

    public string InsertLater { get; }

    /// <summary>Which of the keys have a job anywhere.</summary>
    public string Existing { get; }

    /// <summary>Which of the keys have a job that is not final, and whether it is scheduled or retrying.</summary>
    public string Where { get; }

    public string Figures { get; }

    public string Settings { get; }

    public string Horizon { get; }

    public string Load { get; }

    public string Get { get; }

    public string Reopen { get; }

    /// <summary>What is in the inbox for the queues of an incarnation.</summary>
    public string Inbox { get; }

    /// <summary>Queues that it holds something for and nobody owns.</summary>
    public string InboxOwnerless { get; }

    /// <summary>Which idempotency keys of a queue are taken.</summary>
    public string FindKeys { get; }

    /// <summary>The schema, as it stands in a statement.</summary>
    public string Schema => _s;

    /// <summary>Carries outcomes out; how many jobs it moved is how many were there.</summary>
    public string Move(JobTable from, JobTable to, bool ran, bool plain) =>
        _moves[(int)from << 4 | (int)to << 2 | (ran ? 2 : 0) | (plain ? 1 : 0)];

    /// <summary>Stores idempotency keys; one that was taken and is free again has a new job then.</summary>
    public NpgsqlBatchCommand StoreKeys(List<StoredKey> keys) => new NpgsqlBatchCommand(_storeKeys)
        .With([.. keys.Select(key => key.Queue)])
        .With((string?[])[.. keys.Select(key => key.Key)])
        .With([.. keys.Select(key => key.Job)])
        .With([.. keys.Select(key => (long)(ulong)(key.Fingerprint >> 64))])
        .With([.. keys.Select(key => (long)(ulong)key.Fingerprint)])
        .With([.. keys.Select(key => key.SubmittedUnixMs)]);

    private string Insert(string table, string state) =>
        $"INSERT INTO {_s}.{table} (key, state, kind, submitted, listed, source, allowed, time_limit, run_at, at, ordered, used, crashes, runs, payload) "
        + $"SELECT i.key, {state}, i.kind, i.submitted, i.listed, i.source, i.allowed, i.time_limit, i.run_at, i.at, i.ordered, 0, 0, 0, substr($13, i.start, i.length) "
        + "FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::int[], $5::int[], $6::bigint[], $7::text[], $8::int[], $9::bigint[], $10::bigint[], $11::bigint[], $12::int[]) "
        + "AS i (key, kind, submitted, start, length, listed, source, allowed, time_limit, run_at, at, ordered)";

    private string MoveText(JobTable from, JobTable to, bool ran, bool plain)
    {
        bool final = to is JobTable.Done or JobTable.Ended;
        // Asked once a statement.
        string now = $"(SELECT {_s}.now_ms())";
        // An outcome without a run leaves the newest run and its worker as they are, and its error adds to them only if there is one.
        // A plain one is a success at its first run or a later one, without an error.
        Dictionary<string, string> sets = new()
        {
            ["state"] = plain ? "4" : "o.state",
            ["used"] = plain ? "(o.run & 65535)::int" : "o.used",
            ["crashes"] = plain ? "j.crashes" : "o.crashes",
            ["at"] = final ? now : "o.at",
            ["error"] = plain ? "NULL" : ran ? "o.error" : "coalesce(o.error, j.error)",
            ["runs"] = plain ? "greatest(j.runs, (o.run >> 16 & 65535)::int)" : ran ? "greatest(j.runs, o.attempt)" : "j.runs",
            ["worker"] = plain ? "(o.run >> 44)::int" : ran ? "o.worker" : "j.worker",
            ["history"] = ran && !final ? "concat(j.history, o.line)" : "j.history",
            ["ended"] = final ? "o.ended" : "NULL",
            ["reason"] = final && !plain ? "o.reason" : "NULL",
            ["result"] = plain ? "substr($6, (o.piece >> 32)::int, (o.piece & 4294967295)::int)" : final ? "substr($17, o.start, o.length)" : "NULL",
            ["started"] = final && ran ? "o.started" : "NULL",
            ["outcome"] = !final || !ran ? "NULL" : plain ? "1" : "o.outcome",
            ["why"] = plain ? "nullif((o.run >> 32 & 4095)::int, 0)" : final && ran ? "o.why" : "NULL",
        };
        string outcomes = plain
            ? "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS o (key, started, ended, run, piece)"
            : "unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::int[], $8::int[], $9::int[], "
                + "$10::int[], $11::int[], $12::bigint[], $13::text[], $14::int[], $15::int[], $16::text[]) "
                + "AS o (key, used, attempt, worker, started, ended, why, start, length, state, crashes, at, error, outcome, reason, line)";
        if (from == to)
        {
            return $"UPDATE {_s}.{Tables[(int)to]} j SET {string.Join(", ", sets.Select(set => $"{set.Key} = {set.Value}"))} "
                + $"FROM {outcomes} WHERE j.key = ANY ($1) AND j.key = o.key";
        }

        // A succeeded job is only read about.
        string[] dropped = to == JobTable.Done ? ["allowed", "time_limit", "run_at", "payload", "ordered"] : [];
        string[] columns = Columns.Split(", ");
        // What becomes of each column is said where the row is deleted, but for the time, which is one for all rows.
        string returning = string.Join(", ", columns.Select(column =>
            dropped.Contains(column) || column == "at" && final ? $"NULL::{(column is "payload" ? "bytea" : column is "allowed" or "ordered" ? "int" : "bigint")} AS {column}"
            : sets.TryGetValue(column, out string? value) && value != "NULL" ? $"{value} AS {column}"
            : value is null ? $"j.{column}" : $"NULL::{TypeOf(column)} AS {column}"));
        string bucket = to == JobTable.Done ? ", bucket" : "";
        return $"WITH d AS (DELETE FROM {_s}.{Tables[(int)from]} j USING {outcomes} WHERE j.key = ANY ($1) AND j.key = o.key RETURNING {returning}) "
            + $"INSERT INTO {_s}.{Tables[(int)to]} ({Columns}{bucket}) "
            + $"SELECT {string.Join(", ", columns.Select(column => column == "at" && final ? now : $"d.{column}"))}"
            + (to == JobTable.Done ? $", ({now} / {BucketMs})::int" : "") + " FROM d";
    }

    private static string TypeOf(string column) => column switch
    {
        "error" or "history" or "source" => "text",
        "result" or "payload" => "bytea",
        "started" or "ended" or "at" or "run_at" or "time_limit" or "listed" or "submitted" => "bigint",
        _ => "int",
    };
}
