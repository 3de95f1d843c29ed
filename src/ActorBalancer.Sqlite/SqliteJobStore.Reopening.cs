using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

internal sealed partial class SqliteJobStore
{
    private const string ReopenSql =
        "INSERT INTO job (key, state, kind, submitted, listed, source, allowed, time_limit, at, used, crashes, runs, worker, error, history, payload) "
        + "SELECT key, 1, kind, submitted, listed, source, allowed, time_limit, 0, 0, 0, runs, worker, error, ?2, payload FROM ended WHERE key = ?1";

    public async ValueTask<Reopening> ReopenAsync(long incarnation, JobId id, CancellationToken cancellation)
    {
        try
        {
            return await Writer.RunInTransactionAsync(handle => Reopen(handle, incarnation, id.Key));
        }
        catch (StoreUnavailableException)
        {
            return new Reopening(ReopenResult.Unavailable);
        }
    }

    private Reopening Reopen(SqliteHandle handle, long incarnation, long key)
    {
        if (!HoldsFence(handle, incarnation))
            return new Reopening(ReopenResult.Fenced);
        SqliteStatement get = handle.Cached(GetSql).Bind(1, key);
        bool found = get.Step();
        JobRow row = found ? ReadRow(get) : default;
        get.Reset();
        if (!found)
            return new Reopening(ReopenResult.NotFound);
        JobState was = row.StateAt(NowUnixMs());
        if (!JobTransitions.IsRetryable(was))
            return new Reopening(ReopenResult.WrongState, was);

        if (_queues.Of(JobKey.Queue(key)).IsOrdered && row.Source is not null)
            handle.Cached(JobSql.Link).Bind(1, row.Source).Bind(2, key).Run();
        handle.Cached(ReopenSql).Bind(1, key).Bind(2, row.FullHistory(WordText)).Run();
        handle.Cached(JobSql.Delete(JobTable.Ended)).Bind(1, key).Run();
        handle.Run("UPDATE queue SET ready = ready + 1, dead = dead - ?2 WHERE number = ?1", JobKey.Queue(key), was == JobState.Dead ? 1 : 0);
        return new Reopening(ReopenResult.Done, was, Load(handle, JobKey.Queue(key), key - 1, 1));
    }
}
