namespace ActorBalancer.Storage.Sqlite;

internal sealed partial class SqliteJobStore
{
    // The writer's commits wait meanwhile, so a slice is some milliseconds.
    private const int SliceRows = 4096;
    private const int SlicesACall = 16;

    // Where the next slice of succeeded jobs is looked for. They are pruned in the order of their keys, which is nearly the order in
    // which they finished; an index of times would cost every job a third more.
    private long _prunedTo = -1;

    private const string PruneEnded =
        "DELETE FROM ended WHERE key IN (SELECT key FROM ended WHERE state = ?1 AND at < ?2 ORDER BY at LIMIT ?3)";

    public async ValueTask<int> PruneAsync(Retention keep, CancellationToken cancellation) => await Writer.RunInTransactionAsync(handle =>
    {
        long now = NowUnixMs(), dropped = 0;
        long other = now - (long)keep.Succeeded.TotalMilliseconds, dead = now - (long)keep.Dead.TotalMilliseconds;
        foreach (JobState state in new[] { JobState.Discarded, JobState.Cancelled })
            dropped += handle.Run(PruneEnded, (long)state, other, SliceRows);
        dropped += PruneDead(handle, dead);
        dropped += PruneKeys(handle, now);
        if (dropped < SliceRows)
            dropped += PruneDone(handle, other);
        return (int)dropped;
    });

    private static long PruneDead(SqliteHandle handle, long before)
    {
        Dictionary<int, long> dropped = [];
        SqliteStatement prune = handle.Cached(PruneEnded + " RETURNING key").Bind(1, (long)JobState.Dead).Bind(2, before).Bind(3, SliceRows);
        while (prune.Step())
        {
            int queue = JobKey.Queue(prune.Long(0));
            dropped[queue] = dropped.GetValueOrDefault(queue) + 1;
        }
        prune.Reset();
        foreach ((int queue, long count) in dropped)
            handle.Run("UPDATE queue SET dead = dead - ?2 WHERE number = ?1", queue, count);
        return dropped.Values.Sum();
    }

    /// <summary>
    /// A slice in key order. One in which nothing is old enough ends the range of its queue and priority, since what follows is newer;
    /// then the next range has its turn.
    /// </summary>
    private long PruneDone(SqliteHandle handle, long before)
    {
        bool again = false;
        for (int look = 0; look < SlicesACall; look++)
        {
            SqliteStatement slice = handle.Cached("SELECT min(key), max(key), min(at) FROM (SELECT key, at FROM done WHERE key > ?1 ORDER BY key LIMIT ?2)")
                .Bind(1, _prunedTo).Bind(2, SliceRows);
            slice.Step();
            (long? first, long last, long oldest) = (slice.LongOrNull(0), slice.Long(1), slice.Long(2));
            slice.Reset();
            if (first is null && again)
                break;
            again |= first is null;
            long from = _prunedTo;
            _prunedTo = first is null ? -1 : oldest < before ? last : first.Value | JobKey.MaxSequence;
            if (first is not null && oldest < before)
                return handle.Run("DELETE FROM done WHERE key > ?1 AND key <= ?2 AND at < ?3", from, last, before);
        }
        return 0;
    }
}
