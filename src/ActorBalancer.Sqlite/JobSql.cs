using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>The statements that write jobs, made once.</summary>
internal static class JobSql
{
    public const string InsertPlain =
        "INSERT INTO job (key, state, kind, submitted, listed, at, used, crashes, runs, payload) VALUES (?1, 1, ?2, ?3, ?4, 0, 0, 0, 0, ?5)";

    public const string InsertJob =
        "INSERT INTO job (key, state, kind, submitted, listed, source, allowed, time_limit, run_at, at, used, crashes, runs, payload) "
        + "VALUES (?1, 1, ?2, ?3, ?4, ?6, ?7, ?8, ?9, ?10, 0, 0, 0, ?5)";

    public const string InsertLater =
        "INSERT INTO later (key, state, kind, submitted, listed, source, allowed, time_limit, run_at, at, used, crashes, runs, payload) "
        + "VALUES (?1, 0, ?2, ?3, ?4, ?6, ?7, ?8, ?9, ?10, 0, 0, 0, ?5)";

    /// <summary>A success at a first or later run without an error: what nearly every outcome is.</summary>
    public const string MovePlain =
        "INSERT INTO done (key, state, kind, submitted, listed, source, at, used, crashes, runs, worker, started, ended, outcome, why, history, result) "
        + "SELECT key, 4, kind, submitted, listed, source, ?7, ?2, 0, max(runs, ?3), ?8, ?4, ?5, 1, ?9, history, ?6 FROM job WHERE key = ?1";

    /// <summary>Many at once, where they lie side by side.</summary>
    public const string DeleteRange = "DELETE FROM job WHERE key BETWEEN ?1 AND ?2";

    /// <summary>So that it can be read by its source.</summary>
    public const string Link = "INSERT OR IGNORE INTO chain (name, link) VALUES (?1, ?2)";

    /// <summary>Before the job leaves its table.</summary>
    public const string Unlink =
        "DELETE FROM chain WHERE name = (SELECT source FROM job WHERE key = ?1 UNION ALL SELECT source FROM later WHERE key = ?1) AND link = ?1";

    public const string Exists =
        "SELECT 1 FROM job WHERE key = ?1 UNION ALL SELECT 1 FROM later WHERE key = ?1 "
        + "UNION ALL SELECT 1 FROM done WHERE key = ?1 UNION ALL SELECT 1 FROM ended WHERE key = ?1";

    private static readonly string[] Tables = ["job", "later", "done", "ended"];
    private static readonly string[] Deletes = [.. Tables.Select(table => $"DELETE FROM {table} WHERE key = ?1")];

    // By table to move from (2), table to move to (4), and whether a run ended.
    private static readonly string[] Moves =
        [.. Enumerable.Range(0, 16).Select(i => MoveText((JobTable)(i >> 3), (JobTable)(i >> 1 & 3), (i & 1) != 0))];

    public static string Delete(JobTable from) => Deletes[(int)from];

    /// <summary>Carries an outcome out; where the table changes, the row must be deleted from the old one afterwards.</summary>
    public static string Move(JobTable from, JobTable to, bool ran) => Moves[(int)from << 3 | (int)to << 1 | (ran ? 1 : 0)];

    private static string MoveText(JobTable from, JobTable to, bool ran)
    {
        bool final = to is JobTable.Done or JobTable.Ended;
        // An outcome without a run leaves the newest run and its worker as they are, and its error adds to them only if there is one.
        (string Column, string Value)[] sets =
        [
            ("state", "?2"),
            ("used", "?3"),
            ("crashes", "?4"),
            ("at", "?5"),
            ("error", ran ? "?6" : "coalesce(?6, error)"),
            ("runs", ran ? "max(runs, ?7)" : "runs"),
            ("worker", ran ? "?8" : "worker"),
            ("history", ran && !final ? "coalesce(history, '') || ?9" : "history"),
            ("ended", final ? "?9" : "NULL"),
            ("reason", final ? "?10" : "NULL"),
            ("result", final ? "?11" : "NULL"),
            ("started", final && ran ? "?12" : "NULL"),
            ("outcome", final && ran ? "?13" : "NULL"),
            ("why", final && ran ? "?14" : "NULL"),
        ];
        if (from == to)
            return $"UPDATE {Tables[(int)to]} SET {string.Join(", ", sets.Select(set => $"{set.Column} = {set.Value}"))} WHERE key = ?1";

        // A succeeded job is only read about.
        string[] dropped = to == JobTable.Done ? ["allowed", "time_limit", "run_at", "payload"] : [];
        IEnumerable<string> values = JobColumns.All.Split(", ").Select(column => dropped.Contains(column) ? "NULL"
            : sets.FirstOrDefault(set => set.Column == column) is { Value: { } value } ? value : column);
        return $"INSERT INTO {Tables[(int)to]} ({JobColumns.All}) SELECT {string.Join(", ", values)} FROM {Tables[(int)from]} WHERE key = ?1";
    }
}
