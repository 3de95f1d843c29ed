using ActorBalancer.Dispatch;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Dispatch;

/// <summary>The cluster's store: what the router asks of it, how late it answers, and whether what it is told makes sense.</summary>
internal sealed partial class VirtualCluster
{
    private bool AskStore()
    {
        DispatchEffects effects = Router.Effects;
        bool answered = effects.OpenQueues.Count > 0 || effects.Commit is not null || (effects.Loads.Count > 0 && !LateLoads);
        foreach (string name in effects.OpenQueues.ToArray())
            Router.QueueOpened(name, _store.OpenQueueAsync(Router.Incarnation, name, CancellationToken.None).AsTask().Result);
        foreach (LoadQuery query in effects.Loads)
            Load(Router, query);
        effects.Loads.Clear();
        if (effects.Commit is not null && StoreHangs)
        {
            _hanging = effects.Commit;
            return false;
        }
        if (effects.Commit is { } late && LateLoads)
        {
            effects.Commit = null;
            CommitLate(Router, late);
            return effects.OpenQueues.Count > 0;
        }
        if (effects.Commit is { } commit && StoreAnswers is { } answer)
        {
            effects.Commit = null;
            Router.Committed(answer);
            return false;
        }
        if (effects.Commit is { } stored)
        {
            if (ChecksSteps)
                CheckLegal(stored);
            Router.Committed(_store.CommitAsync(stored, CancellationToken.None).AsTask().Result);
        }
        return answered;
    }

    /// <summary>Stored at some moment, and told later; a router that was replaced meanwhile is fenced, or never hears of it.</summary>
    private void CommitLate(Dispatcher asker, Commit commit) => At(Now + Dice.Next(4_000), () =>
    {
        if (!ReferenceEquals(asker, Router))
            return;
        CommitResult result = StoreAnswers ?? CommitResult.Done;
        if (result == CommitResult.Done)
        {
            CheckLegal(commit);
            result = _store.CommitAsync(commit, CancellationToken.None).AsTask().Result;
            foreach (long key in commit.Inserts.SelectMany(rows => rows.Keys).Where(key => key >= 0 && Accepted.Add(key)))
                Order.Add(key);
        }
        At(Now + Dice.Next(Dice.Next(4) == 0 ? 30_000 : 4_000), () =>
        {
            if (!ReferenceEquals(asker, Router))
                return;
            asker.Now = Moment;
            asker.Committed(result);
            FlushSoon();
        });
    });

    private void Load(Dispatcher asker, LoadQuery query)
    {
        if (!LateLoads)
        {
            asker.Loaded(query, Answer(query));
            return;
        }
        long seen = Now + Dice.Next(3_000);
        At(seen, () =>
        {
            StoredJobs? answer = StoreAnswers is null || Dice.Next(2) == 0 ? Answer(query) : null;
            At(seen + Dice.Next(20_000), () =>
            {
                if (!ReferenceEquals(asker, Router))
                    return;
                asker.Now = Moment;
                asker.Loaded(query, answer);
                FlushSoon();
            });
        });
    }

    private StoredJobs Answer(LoadQuery query)
    {
        StoredJobs answer = _store.LoadAsync(query, CancellationToken.None).AsTask().Result;
        Loads.Add((query, answer.Keys));
        return answer;
    }

    /// <summary>Cancels as a shell does: what is not in memory is looked up in the store.</summary>
    public void Cancel(long key)
    {
        if (!Tell(r => r.Cancel(key)) && !JobTransitions.IsFinal(Read(key).State))
            Tell(r => r.CancelStored(key));
    }

    /// <summary>Each outcome must be a legal step from where the store has the job; one that is due or assigned is further than that.</summary>
    private void CheckLegal(Commit commit)
    {
        foreach (OutcomeRow row in commit.Outcomes)
        {
            JobState from = row.Attempt > 0 ? JobState.Running : Read(row.Key).State;
            bool isDue = row.Attempt == 0 && row.State == JobState.Waiting && from == JobState.Waiting;
            if (isDue && !JobTransitions.IsFinal(Read(row.Key).State))
                continue;
            if (JobTransitions.IsFinal(Read(row.Key).State) || !JobTransitions.IsLegal(from, row.State))
                throw new InvalidOperationException($"job {row.Key}: {Read(row.Key).State}, assumed {from}, to {row.State}");
            if (row.Attempt > 0 && Stored.Exists(s => s.Key == row.Key && s.Attempt >= row.Attempt))
                throw new InvalidOperationException($"job {row.Key}: a second attempt {row.Attempt}");
            Stored.Add(row);
            if (JobTransitions.IsFinal(row.State))
                Finals.Add(row.Key, row);
        }
    }
}
