using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Postgres;

/// <summary>The statements by which an owner reads its jobs, made once a schema.</summary>
internal sealed class LoadSql
{
    // $1 above which key, $2 below which, $3 at most so many, $4 and $5 which kinds, $6 how many rows to look at.
    private const string Kinds = "($4 = 0 OR kind = $4) AND kind <> ALL ($5::int[])";

    public LoadSql(PostgresNames names)
    {
        string job = $"{names.Quoted}.job", later = $"{names.Quoted}.later";
        const string readyRange = "key > $1 AND key < $2";
        const string laterRange = "(key >> 52) = $7 AND (at, key) > ($8, $1) AND key < $2";
        Ready = Page($"SELECT * FROM (SELECT {JobColumns.ForDispatch} FROM {job} WHERE {readyRange} ORDER BY key LIMIT $6) AS stretch "
            + $"WHERE {Kinds} ORDER BY key LIMIT $3", "key");
        ReadyEnd = $"SELECT 0::bigint, key FROM {job} WHERE {readyRange} ORDER BY key OFFSET $3 - 1 LIMIT 1";
        Later = Page($"SELECT * FROM (SELECT {JobColumns.ForDispatch} FROM {later} WHERE {laterRange} ORDER BY at, key LIMIT $6) AS stretch "
            + $"WHERE {Kinds} ORDER BY at, key LIMIT $3", "at, key");
        LaterEnd = $"SELECT at, key FROM {later} WHERE (key >> 52) = $4 AND (at, key) > ($5, $1) AND key < $2 ORDER BY at, key OFFSET $3 - 1 LIMIT 1";
        Source = Page($"SELECT {JobColumns.ForDispatch} FROM {job} WHERE ordered = 1 AND source = $7 AND (key | 0) > $1 AND (key | 0) < $2 AND {Kinds} "
            + "AND $6 > 0 ORDER BY (key | 0) LIMIT $3", "key");
        Keys = Page(string.Join(" UNION ALL ", new[] { job, later }.Select(table =>
            $"SELECT {JobColumns.ForDispatch} FROM {table} WHERE key = ANY ($7) AND key > $1 AND key < $2 AND {Kinds} AND $6 > 0")) + " ORDER BY key LIMIT $3", "key");
    }

    /// <summary>Jobs that can be dispatched, among the next so many.</summary>
    public string Ready { get; }

    /// <summary>Where those so many end; no row: there are not as many.</summary>
    public string ReadyEnd { get; }

    /// <inheritdoc cref="Ready"/>
    public string Later { get; }

    /// <inheritdoc cref="ReadyEnd"/>
    public string LaterEnd { get; }

    public string Source { get; }

    public string Keys { get; }

    /// <summary>An answer ends with the payload that makes it too large.</summary>
    private static string Page(string page, string order) =>
        $"SELECT {JobColumns.ForDispatch} FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY {order}) - octet_length(payload) AS before FROM ({page}) AS page) AS sized "
        + $"WHERE before <= {LoadedJobs.MostBytes} ORDER BY {order}";
}
