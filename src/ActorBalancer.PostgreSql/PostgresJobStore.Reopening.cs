using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

internal sealed partial class PostgresJobStore
{
    public async ValueTask<Reopening> ReopenAsync(long incarnation, JobId id, CancellationToken cancellation)
    {
        bool wasTried = false;
        try
        {
            return await InTransactionAsync(async connection =>
            {
                (bool keep, Reopening answer) = await ReopenAsync(connection, incarnation, id.Key, wasTried);
                wasTried = true;
                return (keep, answer);
            }, cancellation);
        }
        catch (StoreUnavailableException) when (!wasTried)
        {
            return new Reopening(ReopenResult.Unavailable);
        }
    }

    /// <param name="connection">Within a transaction.</param>
    /// <param name="incarnation">Who asks.</param>
    /// <param name="key">The job.</param>
    /// <param name="wasTried">The answer to an earlier commit of the same was lost: it may be what is found.</param>
    private async Task<(bool Keep, Reopening Result)> ReopenAsync(NpgsqlConnection connection, long incarnation, long key, bool wasTried)
    {
        // The transaction of a connection that was lost may still be at work: then this waits for its end.
        await RunAsync(connection, "SELECT 1 FROM {s}.ended WHERE key = $1 FOR UPDATE", key);
        List<JobRow> rows = await RowsAsync(connection, ReadRow, _sql.Get, key);
        Reopening answer = new(ReopenResult.NotFound);
        if (rows is [var row])
        {
            JobState was = (await InfosAsync(connection, rows))[0].State;
            bool isReopened = wasTried && was == JobState.Waiting;
            answer = new Reopening(isReopened || JobTransitions.IsRetryable(was) ? ReopenResult.Done : ReopenResult.WrongState, was);
            if (answer.Result == ReopenResult.Done && !isReopened)
            {
                object history = (object?)row.FullHistory(WordText) ?? DBNull.Value;
                await RunAsync(connection, _sql.Reopen, key, history);
                await RunAsync(connection, "UPDATE {s}.queue SET ready = ready + 1, dead = dead - $2 WHERE number = $1",
                    JobKey.Queue(key), was == JobState.Dead ? 1L : 0L);
            }
            if (answer.Result == ReopenResult.Done)
            {
                LoadedJobs job = new(_queues.Name(JobKey.Queue(key))) { Limit = 1 };
                await LoadAsync(connection, job, JobKey.Queue(key), key - 1);
                answer = answer with { Job = job.Build() };
            }
        }
        return await ScalarAsync<int>(connection, _sql.Fence, incarnation) == 1
            ? (true, answer) : (false, new Reopening(ReopenResult.Fenced));
    }
}
