using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

internal sealed partial class SqliteJobStore
{
    private const string LoadSql =
        $"SELECT {JobColumns.ForDispatch} FROM job WHERE key > ?1 AND key < ?2 "
        + $"UNION ALL SELECT {JobColumns.ForDispatch} FROM later WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3";

    private const string GetSql =
        $"SELECT {JobColumns.ForLooking} FROM job WHERE key = ?1 UNION ALL SELECT {JobColumns.ForLooking} FROM later WHERE key = ?1 "
        + $"UNION ALL SELECT {JobColumns.ForLooking} FROM done WHERE key = ?1 UNION ALL SELECT {JobColumns.ForLooking} FROM ended WHERE key = ?1";

    public async ValueTask<StoredJobs> LoadAsync(int queue, long afterKey, int limit, CancellationToken cancellation)
    {
        // An unknown queue has no jobs.
        if (!_queues.Has(queue))
            return new LoadedJobs("") { Limit = 0 }.Build();
        return await Readers.ReadAsync(handle => Load(handle, queue, afterKey, Math.Clamp(limit, 0, LoadedJobs.MostJobs)), cancellation);
    }

    public async ValueTask<JobInfo?> GetAsync(JobId id, CancellationToken cancellation) =>
        await Readers.ReadAsync(handle =>
        {
            SqliteStatement get = handle.Cached(GetSql).Bind(1, id.Key);
            return get.Step() ? Info(ReadRow(get)) : null;
        }, cancellation);

    public async ValueTask<IReadOnlyList<JobInfo>> ListAsync(JobQuery query, CancellationToken cancellation)
    {
        ListFilter? filter = ListFilter.Of(query, _words.All, column => $"({column} IS NOT NULL AND has({column}, :text))");
        return filter is null || query.Limit <= 0 ? []
            : await Readers.ReadAsync<IReadOnlyList<JobInfo>>(handle => List(handle, query, filter), cancellation);
    }

    private StoredJobs Load(SqliteHandle handle, int queue, long afterKey, int limit)
    {
        LoadedJobs jobs = new(_queues.Name(queue)) { Limit = limit };
        SqliteStatement load = handle.Cached(LoadSql)
            .Bind(1, Math.Max(afterKey, JobKey.Pack(queue, JobKey.HighestPriority, 0) - 1))
            .Bind(2, JobKey.Pack(queue + 1, JobKey.HighestPriority, 0))
            .Bind(3, limit);
        if (queue == JobKey.MaxQueues - 1)
            load.Bind(2, long.MaxValue);
        Add(load, jobs);
        jobs.Name(WordText);
        return jobs.Build();
    }

    private List<JobInfo> List(SqliteHandle handle, JobQuery query, ListFilter filter)
    {
        List<JobInfo> found = [];
        (string Table, string Conditions)[] tables = [.. filter.Tables()];
        if (tables.Length == 0 || Ranges(handle, query) is not { Count: > 0 } ranges)
            return found;

        using SqliteStatement read = handle.Prepare(string.Join(" UNION ALL ", tables.Select(from =>
            $"SELECT {JobColumns.ForLooking} FROM {from.Table} WHERE key >= :low AND key < :below AND coalesce(listed, submitted) < :listed{from.Conditions}"))
            + " ORDER BY key DESC LIMIT :limit");
        read.BindNamed(":now", NowUnixMs()).BindNamed(":key", filter.SourceKey).BindNamed(":source", query.Source).BindNamed(":text", query.Text);

        NewestFirst merge = new();
        int chunk = NewestFirst.FirstChunk(query.Limit, ranges.Count);
        foreach (KeyRange range in ranges)
            merge.Add(range, Read(read, range, chunk, out bool isAll), isAll);
        while (found.Count < query.Limit && merge.Next(out JobRow row, out KeyRange? readOn))
        {
            found.Add(Info(row));
            if (readOn is not null)
                merge.Add(readOn, Read(read, readOn, query.Limit - found.Count + 1, out bool isAll), isAll);
        }
        return found;
    }

    /// <summary>Every priority of every queue that is asked for, from where the listing begins.</summary>
    private List<KeyRange> Ranges(SqliteHandle handle, JobQuery query)
    {
        long listed = long.MaxValue;
        int from = query.After is { } after ? JobKey.Queue(after.Key) : -1;
        if (query.After is not null && (!_queues.Has(from) || !ListedAt(handle, query.After.Value.Key, out listed)))
            return [];
        List<KeyRange> ranges = [];
        foreach (QueueFigures queue in _queues.All.Where(queue => query.Queue is null || query.Queue == queue.Name))
        {
            for (int priority = JobKey.HighestPriority; priority >= 0; priority--)
            {
                if ((queue.Priorities >> priority & 1) == 0)
                    continue;
                KeyRange range = new(queue.Number, priority);
                if (queue.Number == from)
                    range.Below = JobKey.Pack(queue.Number, priority, JobKey.Sequence(query.After!.Value.Key));
                else if (from >= 0)
                    range.ListedBelow = queue.Number < from ? listed + 1 : listed;
                ranges.Add(range);
            }
        }
        return ranges;
    }

    /// <summary>When that job was submitted, as listings order it. One that is forgotten by now was as old as its neighbour; false: there is none.</summary>
    private static bool ListedAt(SqliteHandle handle, long key, out long listed)
    {
        (long Distance, long Listed)? nearest = null;
        for (int priority = 0; priority <= JobKey.HighestPriority; priority++)
        {
            long here = JobKey.Pack(JobKey.Queue(key), priority, JobKey.Sequence(key));
            KeyRange range = new(JobKey.Queue(key), priority);
            foreach (string table in new[] { "job", "later", "done", "ended" })
            {
                Look($"SELECT key, coalesce(listed, submitted) FROM {table} WHERE key <= ?1 AND key >= ?2 ORDER BY key DESC LIMIT 1", here, range.Low);
                Look($"SELECT key, coalesce(listed, submitted) FROM {table} WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT 1", here, range.Below);
            }
        }
        listed = nearest?.Listed ?? 0;
        return nearest is not null;

        void Look(string sql, long from, long to)
        {
            SqliteStatement look = handle.Cached(sql).Bind(1, from).Bind(2, to);
            if (look.Step())
            {
                // Of two as far away the older one, as a listing goes.
                long distance = JobKey.Sequence(look.Long(0)) - JobKey.Sequence(key);
                distance = distance <= 0 ? -2 * distance : 2 * distance + 1;
                if (nearest is null || distance < nearest.Value.Distance)
                    nearest = (distance, look.Long(1));
            }
            look.Reset();
        }
    }

    private static List<JobRow> Read(SqliteStatement read, KeyRange range, int count, out bool isAll)
    {
        read.BindNamed(":low", range.Low).BindNamed(":below", range.Below).BindNamed(":listed", range.ListedBelow).BindNamed(":limit", count);
        List<JobRow> rows = [];
        while (read.Step())
            rows.Add(ReadRow(read));
        read.Reset();
        isAll = rows.Count < count;
        return rows;
    }

    private static JobRow ReadRow(SqliteStatement row) => new()
    {
        Key = row.Long(JobColumns.Key),
        State = (JobState)row.Long(JobColumns.State),
        Kind = (int)row.Long(JobColumns.Kind),
        Submitted = row.Long(JobColumns.Submitted),
        Listed = row.LongOrNull(JobColumns.Listed) ?? row.Long(JobColumns.Submitted),
        Source = row.Text(JobColumns.Source),
        At = row.Long(JobColumns.At),
        Runs = (int)row.Long(JobColumns.Runs),
        Worker = (int?)row.LongOrNull(JobColumns.Worker),
        Started = row.LongOrNull(JobColumns.Started),
        Ended = row.LongOrNull(JobColumns.Ended),
        Outcome = (AttemptOutcome)row.Long(JobColumns.Outcome),
        Why = (int?)row.LongOrNull(JobColumns.Why),
        Reason = (DeadReason)row.Long(JobColumns.Reason),
        Error = row.Text(JobColumns.Error),
        History = row.Text(JobColumns.History),
        Result = row.Blob(JobColumns.Result).ToArray(),
    };

    private JobInfo Info(in JobRow row) => row.Info(_queues.Name(JobKey.Queue(row.Key)), WordText, NowUnixMs());

    // A reader may see a word's row a moment before the writer, having committed it, is asked for it: it is put there before.
    private string WordText(int id) => _words.Text(id) ?? throw new InvalidOperationException($"The store has no word {id}.");
}
