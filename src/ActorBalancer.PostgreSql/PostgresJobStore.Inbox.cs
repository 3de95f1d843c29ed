using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

// What callers stored in transactions of their own (PostgresTransactions), taken over by the owners.
internal sealed partial class PostgresJobStore
{
    public async ValueTask<InboxRows> ReadInboxAsync(long incarnation, int limit, CancellationToken cancellation) => await OnPoolAsync(async connection =>
    {
        await using NpgsqlBatch batch = new(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(_sql.Inbox).With(incarnation).With((long)limit));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(_sql.InboxOwnerless));
        InboxBuilder rows = new();
        await using NpgsqlDataReader row = await batch.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            rows.Add(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetInt64(4), TextOrNull(row, 5), row.GetInt32(6), row.GetInt64(7),
                row.GetInt64(8), row.GetInt32(9), TextOrNull(row, 10), new UInt128((ulong)row.GetInt64(11), (ulong)row.GetInt64(12)), row.GetFieldValue<byte[]>(13));
        }
        await row.NextResultAsync(cancellation);
        List<string> ownerless = [];
        while (await row.ReadAsync(cancellation))
            ownerless.Add(row.GetString(0));
        return rows.Build(ownerless);
    }, cancellation);

    /// <summary>Within the commit, so that no row is taken twice, by whomever.</summary>
    private async Task TakeFromInboxAsync(NpgsqlConnection connection, Commit commit, LeftOutRows leftOut)
    {
        List<long> ids = LeftOutRows.InboxOf(commit);
        if (ids.Count == 0)
            return;
        leftOut.AddGone((await RowsAsync(connection, row => row.GetInt64(0), "DELETE FROM {s}.inbox WHERE id = ANY ($1) RETURNING id", ids.ToArray())).ToHashSet());
    }

    /// <summary>
    /// An outcome that finds no job often is that of a run which completed its job in a transaction of its own: what that took from the
    /// counts goes to where it belongs.
    /// </summary>
    private async Task TakeTallyAsync(NpgsqlConnection connection, List<long> missing)
    {
        int[] queues = [.. missing.Where(key => key >= 0 && _queues.Has(JobKey.Queue(key))).Select(JobKey.Queue).Distinct()];
        foreach ((int queue, int ready, int later) in await RowsAsync(connection, row => (row.GetInt32(0), row.GetInt32(1), row.GetInt32(2)),
            "DELETE FROM {s}.tally WHERE queue = ANY ($1) RETURNING queue, ready, later", queues))
        {
            _queues.Touch(queue).Add(ready, later);
        }
    }
}
