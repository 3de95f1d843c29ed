using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>
/// Commits whose answers were lost (rule 11). The next incarnation has fenced the one that sent them, so nothing of them can land any more:
/// what can be read back is stored, and what cannot is not.
/// </summary>
internal sealed partial class RouterActor
{
    private const string NotStored = "the store was lost while it was to store the job; it was not accepted, submit it again";

    private readonly List<UnknownCommit> _unknown = [];

    private void Resolve()
    {
        foreach (UnknownCommit commit in _unknown)
        {
            ReadBackAsync(_settings.Store, commit).PipeTo(
                Self,
                Self,
                stored => new Reply(() => OnReadBack(commit, stored)),
                error =>
                {
                    Log.StoreFailed(_log, error);
                    // The next renewal that succeeds tries again; whoever waits is told by its gateway when that takes too long.
                    return new Reply(() => _unknown.Add(commit));
                });
        }
        _unknown.Clear();
    }

    /// <summary>By submit: the rows that are stored. Rows without idempotency keys are there all or none, so one of them tells of all.</summary>
    private static async Task<bool[][]> ReadBackAsync(IJobStore store, UnknownCommit commit)
    {
        bool? whole = null;
        bool[][] stored = new bool[commit.Submits.Count][];
        for (int s = 0; s < stored.Length; s++)
        {
            (SubmitAnswer answer, JobBatch jobs, _) = commit.Submits[s];
            stored[s] = new bool[jobs.Count];
            for (int i = 0; i < jobs.Count; i++)
            {
                if (answer.Keys[i] < 0)
                    continue;
                if (jobs.IdempotencyKey(i) is null)
                    stored[s][i] = whole ??= await IsThereAsync(answer.Keys[i]).ConfigureAwait(false);
                else
                    // Its key may have been known, and then it made no job in a commit that is there.
                    stored[s][i] = whole != false && await IsThereAsync(answer.Keys[i]).ConfigureAwait(false);
            }
        }
        return stored;

        async Task<bool> IsThereAsync(long key) => await store.GetAsync(new JobId(key), CancellationToken.None).ConfigureAwait(false) is not null;
    }

    private void OnReadBack(UnknownCommit commit, bool[][] stored)
    {
        for (int s = 0; s < stored.Length; s++)
        {
            UnknownSubmit submit = commit.Submits[s];
            SubmitAnswer answer = submit.Answer;
            SubmitAnswer told = submit.Lost(RefusalCode.StoreUnavailable, NotStored);
            for (int i = 0; i < stored[s].Length; i++)
            {
                if (stored[s][i])
                    (told.Keys[i], told.Codes![i]) = (answer.Keys[i], RefusalCode.None);
            }
            if (Array.TrueForAll(told.Codes!, c => c == RefusalCode.None))
                told = answer;
            TellAnswer(told);
            for (int i = 0; submit.Notify && _dispatcher is not null && i < stored[s].Length; i++)
            {
                if (stored[s][i])
                    WatchOne(answer.Submitter, answer.Ticket, i, answer.Keys[i]);
            }
        }
    }
}
