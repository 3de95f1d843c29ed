using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

internal sealed partial class PostgresJobStore
{
    // A statement looks at no more rows than this for those of the kinds asked for: it is done long before anybody thinks that the
    // database hangs, and holds no snapshot for long. The first of a call looks at fewer.
    private const int LongestStretch = 100_000;
    private const int FirstStretch = 4;

    private readonly LoadSql _load;

    public async ValueTask<StoredJobs> LoadAsync(LoadQuery query, CancellationToken cancellation)
    {
        int limit = Math.Clamp(query.Limit, 0, LoadedJobs.MostJobs);
        // An unknown queue has no jobs.
        if (!_queues.Has(query.Queue) || limit == 0)
            return new LoadedJobs("") { Limit = 0 }.Build();
        LoadedJobs jobs = await OnPoolAsync(connection => LoadAsync(connection, query, limit), cancellation);
        return jobs.Build();
    }

    private async Task<LoadedJobs> LoadAsync(NpgsqlConnection connection, LoadQuery query, int limit)
    {
        LoadedJobs jobs = new(_queues.Name(query.Queue)) { Limit = limit };
        int kind = query.Kind is null ? 0 : await FindWordAsync(connection, query.Kind);
        if (query.Kind is not null && kind == 0)
            return jobs;
        List<int> except = [];
        foreach (string word in query.Except)
            except.Add(await FindWordAsync(connection, word));

        KeyRange first = new(query.Queue, JobKey.HighestPriority), last = new(query.Queue, 0);
        long after = Math.Max(query.AfterKey, query.From == LoadFrom.Later ? -1 : first.Low - 1), before = Math.Min(query.BeforeKey, last.Below);
        object[] kinds = [kind, except.ToArray()];
        if (query.From is LoadFrom.Ready or LoadFrom.Later)
        {
            await LoadStretchesAsync(connection, jobs, query, after, before, kinds);
        }
        else if (query.From == LoadFrom.Source)
        {
            await AddAsync(connection, jobs, _load.Source, [after, before, (long)limit, .. kinds, 1L, BatchText.Clean(query.Source) ?? ""]);
        }
        else
        {
            await AddAsync(connection, jobs, _load.Keys, [after, before, (long)limit, .. kinds, 1L, query.Keys.Distinct().ToArray()]);
        }
        await LearnAsync(connection, jobs.Kinds);
        jobs.Name(WordText);
        return jobs;
    }

    /// <summary>Stretch by stretch, until there are enough jobs or there is no more to look at.</summary>
    private async Task LoadStretchesAsync(NpgsqlConnection connection, LoadedJobs jobs, LoadQuery query, long after, long before, object[] kinds)
    {
        bool later = query.From == LoadFrom.Later, all = query.Kind is null && query.Except.Count == 0;
        long at = query.AfterUnixMs, stretch = all ? jobs.Limit : Math.Min((long)jobs.Limit * FirstStretch, LongestStretch);
        while (true)
        {
            object[] from = later ? [(long)query.Queue, at] : [];
            await AddAsync(connection, jobs, later ? _load.Later : _load.Ready, [after, before, (long)(jobs.Limit - jobs.Count), .. kinds, stretch, .. from]);
            if (all || jobs.Count == jobs.Limit || jobs.Bytes > LoadedJobs.MostBytes)
                return;
            List<(long At, long Key)> end = await RowsAsync(connection, row => (row.GetInt64(0), row.GetInt64(1)),
                later ? _load.LaterEnd : _load.ReadyEnd, [after, before, stretch, .. from]);
            if (end is not [var reached])
                return;
            (at, after) = reached;
            stretch = Math.Min(stretch * FirstStretch, LongestStretch);
        }
    }

    private async Task AddAsync(NpgsqlConnection connection, LoadedJobs jobs, string sql, object[] arguments)
    {
        await using NpgsqlCommand command = Command(connection, sql, arguments);
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            jobs.Add(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), TextOrNull(row, 3), row.IsDBNull(4) ? 0 : row.GetInt32(4),
                row.IsDBNull(5) ? 0 : row.GetInt64(5), row.IsDBNull(6) ? 0 : row.GetInt64(6), row.GetInt64(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10),
                row.GetFieldValue<byte[]>(11));
        }
    }

    /// <summary>The word's number; 0: no job ever had it.</summary>
    private async Task<int> FindWordAsync(NpgsqlConnection connection, string word)
    {
        if (_words.TryFind(word, out int known))
            return known;
        int id = await ScalarAsync<int>(connection, "SELECT id FROM {s}.word WHERE text = $1", BatchText.Clean(word)!);
        if (id > 0)
            _words.Add(id, word);
        return id;
    }
}
