using System.Text;
using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

internal sealed partial class PostgresJobStore
{
    public async ValueTask<StoredJobs> LoadAsync(int queue, long afterKey, int limit, CancellationToken cancellation)
    {
        int most = Math.Clamp(limit, 0, LoadedJobs.MostJobs);
        // An unknown queue has no jobs.
        if (!_queues.Has(queue) || most == 0)
            return new LoadedJobs("") { Limit = 0 }.Build();
        LoadedJobs found = await OnPoolAsync(async connection =>
        {
            LoadedJobs jobs = new(_queues.Name(queue)) { Limit = most };
            await LoadAsync(connection, jobs, queue, afterKey);
            return jobs;
        }, cancellation);
        return found.Build();
    }

    public async ValueTask<JobInfo?> GetAsync(JobId id, CancellationToken cancellation) => await OnPoolAsync(async connection =>
    {
        List<JobRow> rows = await RowsAsync(connection, ReadRow, _sql.Get, id.Key);
        return rows is [var row] ? (await InfosAsync(connection, rows))[0] : null;
    }, cancellation);

    public async ValueTask<IReadOnlyList<JobInfo>> ListAsync(JobQuery query, CancellationToken cancellation) => query.Limit <= 0 ? []
        : await OnPoolAsync(connection => ListAsync(connection, query), cancellation);

    private async Task LoadAsync(NpgsqlConnection connection, LoadedJobs jobs, int queue, long afterKey)
    {
        long from = Math.Max(afterKey, JobKey.Pack(queue, JobKey.HighestPriority, 0) - 1);
        long to = queue == JobKey.MaxQueues - 1 ? long.MaxValue : JobKey.Pack(queue + 1, JobKey.HighestPriority, 0);
        await AddAsync(connection, jobs, _sql.Load, [from, to, (long)jobs.Limit]);
        await LearnAsync(connection, jobs.Kinds);
        jobs.Name(WordText);
    }

    private async Task<IReadOnlyList<JobInfo>> ListAsync(NpgsqlConnection connection, JobQuery query)
    {
        if (query.Kind is not null || query.Worker is not null || query.Text is not null)
            await LearnAllAsync(connection);
        // A regular expression costs several times what the rest of a look at a job does; few texts need one.
        bool ascii = query.Text is null || Ascii.IsValid(query.Text);
        ListFilter? filter = ListFilter.Of(query, _words.All, column => ascii ? $"lower({column} COLLATE \"C\") LIKE :text" : $"{column} ~ :text");
        (string Table, string Conditions)[] tables = filter is null ? [] : [.. filter.Tables()];
        List<KeyRange> ranges = tables.Length == 0 ? [] : await RangesAsync(connection, query);
        if (ranges.Count == 0)
            return [];

        string each = string.Join(" UNION ALL ", tables.Select(from => $"(SELECT {JobColumns.ForLooking} FROM {{s}}.{from.Table} "
            + $"WHERE key >= r.low AND key < r.below AND coalesce(listed, submitted) < r.listed{from.Conditions} ORDER BY key DESC LIMIT $4)"));
        string sql = $"SELECT j.*, r.number FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS r (low, below, listed, number), "
            + $"LATERAL (SELECT * FROM ({each}) AS every ORDER BY key DESC LIMIT $4) AS j ORDER BY r.number, j.key DESC";
        sql = sql.Replace(":now", "{s}.now_ms()", StringComparison.Ordinal);
        List<object> arguments = [];
        foreach ((string name, object? value) in new (string, object?)[]
        {
            (":source", query.Source), (":key", filter!.SourceKey), (":text", query.Text is null ? null : ascii ? Part(query.Text) : AnyCase(query.Text)),
        })
        {
            // An argument that no condition asks for has no type.
            if (!sql.Contains(name, StringComparison.Ordinal))
                continue;
            arguments.Add(value!);
            sql = sql.Replace(name, $"${arguments.Count + 4}", StringComparison.Ordinal);
        }

        NewestFirst merge = new();
        List<JobRow> found = [];
        await ReadAsync(ranges, NewestFirst.FirstChunk(query.Limit, ranges.Count));
        while (found.Count < query.Limit && merge.Next(out JobRow row, out KeyRange? readOn))
        {
            found.Add(row);
            if (readOn is not null && found.Count < query.Limit)
                await ReadAsync([readOn], query.Limit - found.Count);
        }
        return await InfosAsync(connection, found);

        async Task ReadAsync(List<KeyRange> some, int count)
        {
            List<(JobRow Row, long Range)> rows = await RowsAsync(connection, row => (ReadRow(row), row.GetInt64(JobColumns.Result + 1)), ListTimeoutSeconds, sql,
                [some.Select(range => range.Low).ToArray(), some.Select(range => range.Below).ToArray(), some.Select(range => range.ListedBelow).ToArray(),
                (long)count, .. arguments]);
            foreach (IGrouping<long, JobRow> range in rows.GroupBy(row => row.Range, row => row.Row))
            {
                List<JobRow> newest = [.. range];
                merge.Add(some[(int)range.Key - 1], newest, newest.Count < count);
            }
        }
    }

    /// <summary>Every priority that was ever used of every queue that is asked for, from where the listing begins.</summary>
    private async Task<List<KeyRange>> RangesAsync(NpgsqlConnection connection, JobQuery query)
    {
        long listed = long.MaxValue;
        int from = query.After is { } after ? JobKey.Queue(after.Key) : -1;
        if (query.After is { } job)
        {
            long? at = await ListedAtAsync(connection, job.Key);
            if (at is null)
                return [];
            listed = at.Value;
        }
        List<KeyRange> ranges = [];
        foreach ((int number, string name, int priorities) in await RowsAsync(connection, row => (row.GetInt32(0), row.GetString(1), row.GetInt32(2)),
            "SELECT number, name, priorities FROM {s}.queue"))
        {
            if (!_queues.Has(number))
                _queues.Set(new QueueFigures(number, name));
            if (query.Queue is not null && query.Queue != name)
                continue;
            for (int priority = JobKey.HighestPriority; priority >= 0; priority--)
            {
                if ((priorities >> priority & 1) == 0)
                    continue;
                KeyRange range = new(number, priority);
                if (number == from)
                    range.Below = JobKey.Pack(number, priority, JobKey.Sequence(query.After!.Value.Key));
                else if (from >= 0)
                    range.ListedBelow = number < from ? listed + 1 : listed;
                ranges.Add(range);
            }
        }
        return ranges;
    }

    /// <summary>When that job was submitted, as listings order it. One that is forgotten by now was as old as its neighbour; null: there is none.</summary>
    private async Task<long?> ListedAtAsync(NpgsqlConnection connection, long key)
    {
        string[] tables = ["job", "later", "done", "ended"];
        string below = string.Join(" UNION ALL ", tables.Select(table =>
            $"(SELECT key, coalesce(listed, submitted) AS at FROM {{s}}.{table} WHERE key <= p.here AND key >= p.low ORDER BY key DESC LIMIT 1)"));
        string above = string.Join(" UNION ALL ", tables.Select(table =>
            $"(SELECT key, coalesce(listed, submitted) AS at FROM {{s}}.{table} WHERE key > p.here AND key < p.below ORDER BY key LIMIT 1)"));
        KeyRange[] ranges = [.. Enumerable.Range(0, JobKey.HighestPriority + 1).Select(priority => new KeyRange(JobKey.Queue(key), priority))];
        // Of two as far away the older one, as a listing goes.
        List<long> nearest = await RowsAsync(connection, row => row.GetInt64(0),
            "SELECT n.at FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS p (here, low, below), "
            + $"LATERAL ({below} UNION ALL {above}) AS n "
            + $"ORDER BY abs((n.key & {JobKey.MaxSequence}) - $4), n.key & {JobKey.MaxSequence} LIMIT 1",
            ranges.Select(range => range.Low + JobKey.Sequence(key)).ToArray(), ranges.Select(range => range.Low).ToArray(),
            ranges.Select(range => range.Below).ToArray(), JobKey.Sequence(key));
        return nearest is [var at] ? at : null;
    }

    /// <summary>An ASCII text as a pattern for a column in lower case. A text of the database has no zero in it.</summary>
    private static string Part(string text)
    {
        StringBuilder pattern = new("%");
        foreach (char c in text.ToLowerInvariant())
            pattern.Append(c is '%' or '_' or '\\' ? "\\" : "").Append(c == '\0' ? '\uFFFD' : c);
        return pattern.Append('%').ToString();
    }

    /// <summary>
    /// The text as a regular expression that finds it in upper and lower case, as .NET's ordinal rule has it: what the database takes for
    /// upper and lower case depends on how it was made.
    /// </summary>
    private static string AnyCase(string text)
    {
        StringBuilder pattern = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            string upper = Rune.ToUpperInvariant(rune).ToString(), lower = Rune.ToLowerInvariant(rune).ToString();
            if (upper != lower)
                pattern.Append('[').Append(upper).Append(lower).Append(']');
            else if (rune.IsAscii && !Rune.IsLetterOrDigit(rune))
                pattern.Append('\\').Append(rune.ToString());
            else
                pattern.Append(rune.ToString());
        }
        return pattern.Replace("\0", "").ToString();
    }

    private async Task<List<JobInfo>> InfosAsync(NpgsqlConnection connection, List<JobRow> rows)
    {
        await LearnAsync(connection, rows.SelectMany(row => new[] { row.Kind, row.Worker ?? 0, row.Why ?? 0 }));
        int[] queues = [.. rows.Select(row => JobKey.Queue(row.Key)).Where(number => !_queues.Has(number)).Distinct()];
        if (queues.Length > 0)
        {
            foreach ((int number, string name) in await RowsAsync(connection, row => (row.GetInt32(0), row.GetString(1)),
                "SELECT number, name FROM {s}.queue WHERE number = ANY ($1)", queues))
            {
                _queues.Set(new QueueFigures(number, name));
            }
        }
        long now = rows.Exists(row => row.State is JobState.Scheduled or JobState.Retrying)
            ? await ScalarAsync<long>(connection, "SELECT {s}.now_ms()") : 0;
        return rows.ConvertAll(row => row.Info(_queues.Name(JobKey.Queue(row.Key)), WordText, now));
    }

    private async Task LearnAsync(NpgsqlConnection connection, IEnumerable<int> ids)
    {
        int[] unknown = [.. ids.Where(id => id != 0 && _words.Text(id) is null).Distinct()];
        if (unknown.Length == 0)
            return;
        foreach ((int id, string text) in await RowsAsync(connection, row => (row.GetInt32(0), row.GetString(1)),
            "SELECT id, text FROM {s}.word WHERE id = ANY ($1)", unknown))
        {
            _words.Add(id, text);
        }
    }

    private async Task LearnAllAsync(NpgsqlConnection connection)
    {
        foreach ((int id, string text) in await RowsAsync(connection, row => (row.GetInt32(0), row.GetString(1)), "SELECT id, text FROM {s}.word"))
            _words.Add(id, text);
    }

    private string WordText(int id) => _words.Text(id) ?? throw new InvalidOperationException($"The store has no word {id}.");

    private static string? TextOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? LongOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static int? IntOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    private static JobRow ReadRow(NpgsqlDataReader row) => new()
    {
        Key = row.GetInt64(JobColumns.Key),
        State = (JobState)row.GetInt32(JobColumns.State),
        Kind = row.GetInt32(JobColumns.Kind),
        Submitted = row.GetInt64(JobColumns.Submitted),
        Listed = LongOrNull(row, JobColumns.Listed) ?? row.GetInt64(JobColumns.Submitted),
        Source = TextOrNull(row, JobColumns.Source),
        At = row.GetInt64(JobColumns.At),
        Runs = row.GetInt32(JobColumns.Runs),
        Worker = IntOrNull(row, JobColumns.Worker),
        Started = LongOrNull(row, JobColumns.Started),
        Ended = LongOrNull(row, JobColumns.Ended),
        Outcome = (AttemptOutcome)(IntOrNull(row, JobColumns.Outcome) ?? 0),
        Why = IntOrNull(row, JobColumns.Why),
        Reason = (DeadReason)(IntOrNull(row, JobColumns.Reason) ?? 0),
        Error = TextOrNull(row, JobColumns.Error),
        History = TextOrNull(row, JobColumns.History),
        Result = row.IsDBNull(JobColumns.Result) ? null : row.GetFieldValue<byte[]>(JobColumns.Result),
    };
}
