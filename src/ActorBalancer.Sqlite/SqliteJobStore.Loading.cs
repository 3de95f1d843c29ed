using System.Globalization;
using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

internal sealed partial class SqliteJobStore
{
    private const string ReadyStream = $"SELECT {JobColumns.ForDispatch} FROM job WHERE key > ?1 AND key < ?2";

    private const string LaterStream = $"SELECT {JobColumns.ForDispatch} FROM later WHERE key >> 52 = ?4 AND (at, key) > (?5, ?1) AND key < ?2";

    // Retrying jobs are in the chain too, and not in the other table. CROSS JOIN is how SQLite is told the order.
    private const string SourceStream =
        $"SELECT {JobColumns.ForDispatch} FROM chain CROSS JOIN job ON job.key = chain.link WHERE name = ?4 AND link > ?1 AND link < ?2";

    private const string OneJob =
        $"SELECT {JobColumns.ForDispatch} FROM job WHERE key = ?1 UNION ALL SELECT {JobColumns.ForDispatch} FROM later WHERE key = ?1";

    public async ValueTask<StoredJobs> LoadAsync(LoadQuery query, CancellationToken cancellation)
    {
        int limit = Math.Clamp(query.Limit, 0, LoadedJobs.MostJobs);
        // An unknown queue has no jobs, and nor has a kind that nobody has met.
        if (!_queues.Has(query.Queue) || limit == 0 || (query.Kind is not null && !_words.TryFind(query.Kind, out _)))
            return new LoadedJobs("") { Limit = 0 }.Build();
        return await Readers.ReadAsync(handle => Load(handle, query, new LoadedJobs(_queues.Name(query.Queue)) { Limit = limit }), cancellation);
    }

    private StoredJobs Load(SqliteHandle handle, LoadQuery query, LoadedJobs jobs)
    {
        KeyRange first = new(query.Queue, JobKey.HighestPriority), last = new(query.Queue, 0);
        long after = Math.Max(query.AfterKey, query.From == LoadFrom.Later ? -1 : first.Low - 1), before = Math.Min(query.BeforeKey, last.Below);
        string kinds = KindsOf(query);
        if (query.From == LoadFrom.Keys)
        {
            foreach (long key in query.Keys.Where(key => key > after && key < before).Distinct().Order())
                Add(handle.Cached(kinds.Length == 0 ? OneJob : $"SELECT * FROM ({OneJob}) WHERE true{kinds}").Bind(1, key), jobs);
        }
        else
        {
            (string stream, string order) = query.From switch
            {
                LoadFrom.Later => (LaterStream, "at, key"),
                LoadFrom.Source => (SourceStream, "link"),
                _ => (ReadyStream, "key"),
            };
            // Which kinds are asked for is text; where there is none, and nearly always, the statement is an old one.
            string sql = $"{stream}{kinds} ORDER BY {order} LIMIT ?3";
            using SqliteStatement? own = kinds.Length > 0 ? handle.Prepare(sql) : null;
            SqliteStatement load = own ?? handle.Cached(sql);
            load.Bind(1, after).Bind(2, before).Bind(3, jobs.Limit);
            if (query.From == LoadFrom.Later)
                load.Bind(4, query.Queue).Bind(5, query.AfterUnixMs);
            else if (query.From == LoadFrom.Source)
                load.Bind(4, query.Source);
            Add(load, jobs);
        }
        jobs.Name(WordText);
        return jobs.Build();
    }

    private static void Add(SqliteStatement load, LoadedJobs jobs)
    {
        while (jobs.Bytes <= LoadedJobs.MostBytes && jobs.Count < jobs.Limit && load.Step())
        {
            jobs.Add(load.Long(0), (int)load.Long(1), load.Long(2), load.Text(3), (int)load.Long(4), load.Long(5), load.Long(6),
                load.Long(7), (int)load.Long(8), (int)load.Long(9), (int)load.Long(10), load.Blob(11));
        }
        load.Reset();
    }

    private string KindsOf(LoadQuery query)
    {
        string only = query.Kind is { } kind && _words.TryFind(kind, out int id) ? string.Create(CultureInfo.InvariantCulture, $" AND kind = {id}") : "";
        string[] except = [.. query.Except.Select(word => _words.TryFind(word, out int number) ? number : 0).Where(number => number != 0)
            .Select(number => number.ToString(CultureInfo.InvariantCulture))];
        return except.Length == 0 ? only : $"{only} AND kind NOT IN ({string.Join(", ", except)})";
    }
}
