using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

// Who changes what a router node owns holds the lock of the row in "meta", and looks at the tables only then.
internal sealed partial class PostgresJobStore
{
    private const int FenceTries = 10;

    // A queue whose owner is fenced or gone has none; nobody has to write that down.
    private const string Free = "NOT EXISTS (SELECT FROM {s}.node n WHERE n.incarnation = q.owner AND NOT n.fenced)";

    // With what callers' transactions took and no commit of the owner's has taken over yet.
    private const string ReadySql = "q.ready + (SELECT coalesce(sum(t.ready), 0) FROM {s}.tally t WHERE t.queue = q.number)";
    private const string LaterSql = "q.later + (SELECT coalesce(sum(t.later), 0) FROM {s}.tally t WHERE t.queue = q.number)";

    private const string QueueSql =
        "SELECT number, name, CASE WHEN " + Free + " THEN 0 ELSE owner END, paused, strategy, binding, next_sequence, newest, priorities, "
        + LaterSql + ", " + ReadySql + ", dead, ARRAY(SELECT h.key FROM {s}.horizon h WHERE h.queue = q.number ORDER BY h.priority DESC), weights FROM {s}.queue q ";

    public async ValueTask<Registration> RegisterAsync(NodeRow node, TimeSpan lease, CancellationToken cancellation)
    {
        if (await OpenAsync(cancellation) is { } refusal)
            return new Registration(0, refusal);
        // Whose lease has ended may be fenced by anybody; and two processes cannot have one address, so an older one there is gone.
        List<long> gone = await OnOwnAsync(connection => RowsAsync(connection, row => row.GetInt64(0),
            "SELECT incarnation FROM {s}.node WHERE NOT fenced AND (lease_until <= {s}.now_ms() OR address = $1)", node.Address), cancellation);
        foreach (long other in gone)
            await FenceAsync(other, cancellation);

        return await InTransactionAsync(async connection =>
        {
            long incarnation = await ScalarAsync<long>(connection,
                "UPDATE {s}.meta SET incarnation = greatest(incarnation, {s}.now_ms()) + 1 RETURNING incarnation");
            await RunAsync(connection, "DELETE FROM {s}.node WHERE fenced AND lease_until < {s}.now_ms() - 86400000");
            await RunAsync(connection,
                "INSERT INTO {s}.node (incarnation, name, address, life_port, lease_until) VALUES ($1, $2, $3, $4, {s}.now_ms() + $5)",
                incarnation, node.Name, node.Address, node.LifePort, (long)lease.TotalMilliseconds);
            await AddPartitionsAsync(connection);
            return (true, new Registration(incarnation, null));
        }, cancellation, own: true);
    }

    public async ValueTask<bool> RenewAsync(long incarnation, TimeSpan lease, CancellationToken cancellation)
    {
        (bool renewed, bool missing) = await OnOwnAsync(async connection =>
        {
            // Two look-ups in one message: the lease, and whether there is a partition for what will be finished soon.
            List<bool> answers = await RowsAsync(connection, row => row.GetBoolean(0),
                "UPDATE {s}.node SET lease_until = {s}.now_ms() + $2 WHERE incarnation = $1 AND NOT fenced "
                + $"RETURNING to_regclass('{{s}}.done_' || ({{s}}.now_ms() / {PostgresSql.BucketMs} + 1)) IS NULL",
                incarnation, (long)lease.TotalMilliseconds);
            return (answers.Count == 1, answers is [true]);
        }, cancellation);
        if (missing)
            await InTransactionAsync(async connection => (true, await AddPartitionsAsync(connection)), cancellation);
        return renewed;
    }

    public async ValueTask ReleaseAsync(long incarnation, CancellationToken cancellation) => await OnOwnAsync(
        connection => RunAsync(connection, "UPDATE {s}.node SET fenced = true WHERE incarnation = $1", incarnation), cancellation);

    public async ValueTask<bool> FenceAsync(long incarnation, CancellationToken cancellation)
    {
        for (int tries = 0; ; tries++)
        {
            try
            {
                return await OnOwnAsync(connection => FenceAsync(connection, incarnation), cancellation);
            }
            catch (StoreUnavailableException e) when (tries < FenceTries && e.InnerException is PostgresException { SqlState: PostgresErrors.LockNotAvailable })
            {
                // Its backend came back between its end and our look; once more.
            }
        }
    }

    public async ValueTask<IReadOnlyList<RouterRow>> RoutersAsync(CancellationToken cancellation) => await OnPoolAsync(connection => RowsAsync(connection,
        row => new RouterRow(new NodeRow(row.GetString(0), row.GetString(1), row.GetInt32(2)), row.GetInt64(3), TimeSpan.FromMilliseconds(row.GetInt64(4))),
        "SELECT name, address, life_port, incarnation, lease_until - {s}.now_ms() FROM {s}.node WHERE NOT fenced ORDER BY incarnation"), cancellation);

    public async ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellation) =>
        await OnPoolAsync(async connection => (await QueueRowsAsync(connection, "ORDER BY number")).ConvertAll(queue => queue.Row), cancellation);

    public ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, CancellationToken cancellation) => ClaimAsync(incarnation, [], cancellation);

    public async ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, IReadOnlyList<string> among, CancellationToken cancellation) =>
        await InTransactionAsync<IReadOnlyList<QueueRow>>(async connection =>
        {
            await ScalarAsync<int>(connection, "SELECT id FROM {s}.meta FOR UPDATE");
            string name = await ScalarAsync<string>(connection, "SELECT name FROM {s}.node WHERE incarnation = $1", incarnation) ?? "";
            List<(int Number, string Name)> free = await RowsAsync(connection, row => (row.GetInt32(0), row.GetString(1)),
                "SELECT number, name FROM {s}.queue q WHERE " + Free);
            int[] mine = [.. free.Where(queue => among.Count == 0 || QueueOwners.Choose(queue.Name, among) == name).Select(queue => queue.Number)];
            if (mine.Length > 0)
                await RunAsync(connection, "UPDATE {s}.queue q SET owner = $1 WHERE number = ANY ($2) AND " + Free, incarnation, mine);
            List<QueueFound> owned = await QueueRowsAsync(connection, "WHERE owner = $1 ORDER BY number", incarnation);
            if (await ScalarAsync<int>(connection, _sql.Fence, incarnation) != 1)
                return (false, []);
            owned.ForEach(queue => _queues.Set(queue.Figures()));
            return (true, owned.ConvertAll(queue => queue.Row));
        }, cancellation, own: true);

    public async ValueTask<QueueRow?> OpenQueueAsync(long incarnation, string name, CancellationToken cancellation)
    {
        QueueFound? opened = await InTransactionAsync(async connection =>
        {
            await ScalarAsync<int>(connection, "SELECT id FROM {s}.meta FOR UPDATE");
            long number = await ScalarAsync<long>(connection, "SELECT count(*) FROM {s}.queue");
            if (number < _maxQueues)
            {
                await RunAsync(connection, "INSERT INTO {s}.queue (number, name, owner) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", (int)number, name, incarnation);
            }
            await RunAsync(connection, "UPDATE {s}.queue q SET owner = $1 WHERE name = $2 AND " + Free, incarnation, name);
            List<QueueFound> rows = await QueueRowsAsync(connection, "WHERE name = $1", name);
            bool holds = await ScalarAsync<int>(connection, _sql.Fence, incarnation) == 1;
            return (holds, holds ? rows.FirstOrDefault() : null);
        }, cancellation, own: true);
        if (opened is null)
            return null;
        if (opened.Row.Owner == incarnation)
            _queues.Set(opened.Figures());
        return opened.Row;
    }

    /// <summary>
    /// Ends the writer's backend first, whatever it does: a client that was stopped in mid-transaction holds the lock of its row, or of
    /// jobs that its successor must write. Should it come back in between, the lock time-out tells, and all is done again.
    /// </summary>
    private async Task<bool> FenceAsync(NpgsqlConnection connection, long incarnation)
    {
        await RowsAsync(connection, row => row.IsDBNull(0),
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database() AND usename = current_user",
            PostgresWriter.NameOf(incarnation, _names.Schema));
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, "SET LOCAL lock_timeout = '300ms'");
        int fenced = await RunAsync(connection, "UPDATE {s}.node SET fenced = true WHERE incarnation = $1 AND NOT fenced", incarnation);
        await transaction.CommitAsync();
        return fenced == 1;
    }

    /// <summary>The partitions of now and of what comes next. By one node at a time, and quick: nobody commits a success meanwhile.</summary>
    private async Task<bool> AddPartitionsAsync(NpgsqlConnection connection)
    {
        await RunAsync(connection, "SET LOCAL lock_timeout = '2s'");
        await ScalarAsync<int>(connection, "SELECT id FROM {s}.meta FOR UPDATE");
        long bucket = await ScalarAsync<long>(connection, $"SELECT {{s}}.now_ms() / {PostgresSql.BucketMs}");
        for (long next = bucket; next <= bucket + 1; next++)
        {
            if (await ScalarAsync<bool>(connection, "SELECT to_regclass($1) IS NOT NULL", $"{_sql.Schema}.done_{next}"))
                continue;
            await RunAsync(connection, $"CREATE TABLE {{s}}.done_{next} PARTITION OF {{s}}.done FOR VALUES FROM ({next}) TO ({next + 1})");
        }
        return true;
    }

    private Task<List<QueueFound>> QueueRowsAsync(NpgsqlConnection connection, string which, params object[] arguments) => RowsAsync(connection, row => new QueueFound(
        new QueueRow
        {
            Number = row.GetInt32(0),
            Name = row.GetString(1),
            Owner = row.GetInt64(2),
            Paused = row.GetBoolean(3),
            Strategy = row.IsDBNull(4) ? null : row.GetString(4),
            Binding = row.IsDBNull(5) ? null : (Strategies.Binding)row.GetInt32(5),
            NextSequence = row.GetInt64(6),
            Priorities = row.GetInt32(8),
            Later = row.GetInt64(9),
            Ready = row.GetInt64(10),
            Dead = row.GetInt64(11),
            Horizons = row.GetFieldValue<long[]>(12),
            Weights = row.IsDBNull(13) ? null : (Strategies.WeightSource)row.GetInt32(13),
        },
        row.GetInt64(7)), QueueSql + which, arguments);

    private sealed record QueueFound(QueueRow Row, long Newest)
    {
        public QueueFigures Figures() => new(Row.Number, Row.Name)
        {
            NextSequence = Row.NextSequence, Newest = Newest, Priorities = Row.Priorities, LaterNow = Row.Later,
        };
    }
}
