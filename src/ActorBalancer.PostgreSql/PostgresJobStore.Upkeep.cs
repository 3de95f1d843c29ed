using System.Globalization;
using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

internal sealed partial class PostgresJobStore
{
    private const int SliceRows = 4096;

    public async ValueTask<int> PruneAsync(Retention keep, CancellationToken cancellation)
    {
        int dropped = await DropOldPartitionAsync(keep, cancellation);
        foreach ((JobState state, TimeSpan time) in new[]
        {
            (JobState.Discarded, keep.Succeeded), (JobState.Cancelled, keep.Succeeded), (JobState.Dead, keep.Dead),
        })
        {
            dropped += await InTransactionAsync(connection => PruneEndedAsync(connection, state, (long)time.TotalMilliseconds), cancellation);
        }
        return dropped + await PruneKeysAsync(cancellation);
    }

    /// <summary>
    /// One partition at most, whose newest job is old enough. It needs every reader and writer of the table out of the way for a
    /// moment, and rather tries again later than to make them wait.
    /// </summary>
    private async Task<int> DropOldPartitionAsync(Retention keep, CancellationToken cancellation)
    {
        try
        {
            return await InTransactionAsync(async connection =>
            {
                await RunAsync(connection, "SET LOCAL lock_timeout = '200ms'");
                long now = await ScalarAsync<long>(connection, "SELECT {s}.now_ms()");
                long last = (now - (long)keep.Succeeded.TotalMilliseconds) / PostgresSql.BucketMs - 1;
                (string Name, float Rows)[] old = [.. (await PartitionsAsync(connection)).Where(part => BucketOf(part.Name) <= last)];
                if (old.Length == 0)
                    return (false, 0);
                await RunAsync(connection, $"DROP TABLE {{s}}.{old[0].Name}");
                // How many they were is an estimate; that there was something to do is not.
                return (true, Math.Max(1, (int)old[0].Rows));
            }, cancellation);
        }
        catch (StoreUnavailableException e) when (e.InnerException is PostgresException { SqlState: PostgresErrors.LockNotAvailable })
        {
            return 0;
        }
    }

    /// <summary>A slice of one queue: a transaction that changed the figures of several could deadlock with their owners.</summary>
    private async Task<(bool Keep, int Dropped)> PruneEndedAsync(NpgsqlConnection connection, JobState state, long keptMs)
    {
        long oldest = await ScalarAsync<long?>(connection, "SELECT key FROM {s}.ended WHERE state = $1 AND at < {s}.now_ms() - $2 ORDER BY at LIMIT 1",
            (int)state, keptMs) ?? -1;
        if (oldest < 0)
            return (false, 0);
        int queue = JobKey.Queue(oldest);
        KeyRange first = new(queue, JobKey.HighestPriority), last = new(queue, 0);
        int dropped = await RunAsync(connection,
            "DELETE FROM {s}.ended WHERE key IN (SELECT key FROM {s}.ended WHERE state = $1 AND at < {s}.now_ms() - $2 AND key >= $3 AND key < $4 ORDER BY at LIMIT $5)",
            (int)state, keptMs, first.Low, last.Below, SliceRows);
        if (state == JobState.Dead)
            await RunAsync(connection, "UPDATE {s}.queue SET dead = dead - $2 WHERE number = $1", queue, (long)dropped);
        return (true, dropped);
    }

    private Task<List<(string Name, float Rows)>> PartitionsAsync(NpgsqlConnection connection) => RowsAsync(connection,
        row => (row.GetString(0), row.GetFloat(1)),
        "SELECT c.relname, c.reltuples FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '{s}.done'::regclass ORDER BY c.relname");

    private static long BucketOf(string partition) =>
        long.TryParse(partition.AsSpan("done_".Length), NumberStyles.None, CultureInfo.InvariantCulture, out long bucket) ? bucket : long.MaxValue;
}
