using ActorBalancer.Dispatch;

namespace ActorBalancer.Storage;

/// <summary>
/// What became of a commit whose answer was lost (rule 11), asked once the incarnation that sent it is fenced, so that nothing of it can
/// land any more.
/// </summary>
internal static class ReadBack
{
    /// <summary>By submit: the rows that are stored. Rows without idempotency keys are there all or none, so one of them tells of all.</summary>
    public static async Task<bool[][]> RowsAsync(IJobStore store, UnknownCommit commit)
    {
        bool? whole = null;
        bool[][] stored = new bool[commit.Submits.Count][];
        for (int s = 0; s < stored.Length; s++)
        {
            UnknownSubmit submit = commit.Submits[s];
            (SubmitAnswer answer, JobBatch jobs, _) = submit;
            stored[s] = new bool[jobs.Count];
            for (int i = 0; i < jobs.Count; i++)
            {
                if (answer.Keys[i] < 0)
                    continue;
                // Rows beside a key that is taken may be left out of a commit that is there.
                if (jobs.IdempotencyKey(i) is null && !(jobs.Rule == BatchRule.AllOrNone && jobs.IdempotencyKeys is not null))
                    stored[s][i] = whole ??= await IsThereAsync(submit, i).ConfigureAwait(false);
                else
                    // Its key may have been known, and then it made no job in a commit that is there.
                    stored[s][i] = whole != false && await IsThereAsync(submit, i).ConfigureAwait(false);
            }
        }
        return stored;

        // What did not land leaves its keys to whoever owns the queues next, so a job under one of them may be another one.
        async Task<bool> IsThereAsync(UnknownSubmit submit, int row)
        {
            var id = new JobId(submit.Answer.Keys[row]);
            return await store.GetAsync(id, CancellationToken.None).ConfigureAwait(false) is { } job
                && job.SubmittedAt.ToUnixTimeMilliseconds() == submit.AtUnixMs && job.Kind == submit.Jobs.Kind(row)
                && job.Source == (submit.Jobs.Source(row) ?? id.ToString());
        }
    }
}
