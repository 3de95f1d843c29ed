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
            ReadBack.RowsAsync(_settings.Store, commit).PipeTo(
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

    private void OnReadBack(UnknownCommit commit, bool[][] stored)
    {
        for (int s = 0; s < stored.Length; s++)
        {
            UnknownSubmit submit = commit.Submits[s];
            TellAnswer(submit.ReadBack(stored[s], NotStored));
            for (int i = 0; submit.Notify && _dispatcher is not null && i < stored[s].Length; i++)
            {
                if (stored[s][i])
                    WatchOne(submit.Answer.Submitter, submit.Answer.Ticket, i, submit.Answer.Keys[i]);
            }
        }
    }
}
