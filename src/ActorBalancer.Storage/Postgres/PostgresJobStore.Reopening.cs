using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

internal sealed partial class PostgresJobStore
{
    public async ValueTask<Reopening> ReopenAsync(long incarnation, JobId id, CancellationToken cancellation)
    {
        try
        {
            return await InTransactionAsync(connection => ReopenAsync(connection, incarnation, id.Key), cancellation).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return new Reopening(ReopenResult.Unavailable);
        }
    }

    private async Task<(bool Keep, Reopening Result)> ReopenAsync(NpgsqlConnection connection, long incarnation, long key)
    {
        List<JobRow> rows = await RowsAsync(connection, ReadRow, _sql.Get, key).ConfigureAwait(false);
        Reopening answer = new(ReopenResult.NotFound);
        if (rows is [var row])
        {
            JobState was = (await InfosAsync(connection, rows).ConfigureAwait(false))[0].State;
            answer = new Reopening(JobTransitions.IsRetryable(was) ? ReopenResult.Done : ReopenResult.WrongState, was);
            if (answer.Result == ReopenResult.Done)
            {
                object history = (object?)row.FullHistory(WordText) ?? DBNull.Value;
                await RunAsync(connection, _sql.Reopen, key, history).ConfigureAwait(false);
                await RunAsync(connection, "UPDATE {s}.queue SET ready = ready + 1, dead = dead - $2 WHERE number = $1",
                    JobKey.Queue(key), was == JobState.Dead ? 1L : 0L).ConfigureAwait(false);
                LoadedJobs job = new(_queues.Name(JobKey.Queue(key))) { Limit = 1 };
                await LoadAsync(connection, job, JobKey.Queue(key), key - 1).ConfigureAwait(false);
                answer = answer with { Job = job.Build() };
            }
        }
        return await ScalarAsync<int>(connection, _sql.Fence, incarnation).ConfigureAwait(false) == 1
            ? (true, answer) : (false, new Reopening(ReopenResult.Fenced));
    }
}
