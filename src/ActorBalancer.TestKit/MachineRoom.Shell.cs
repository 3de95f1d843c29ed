using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Testing;

/// <content>What the router's machine needs of the world: a store that answers at once, and nobody else.</content>
internal sealed partial class MachineRoom : IRouterShell<TestPeer>
{
    private readonly Dictionary<long, SubmitAnswer> _answers = [];
    private readonly Dictionary<long, (RefusalCode Code, string? Detail)> _done = [];
    private readonly Dictionary<long, TaskCompletionSource<FinishedJob>> _watches = [];

    /// <summary>Every job that was accepted, in that order.</summary>
    public List<SubmittedJob> Accepted { get; } = [];

    /// <summary>Those of them that are not final.</summary>
    public HashSet<long> Open { get; } = [];

    /// <summary>Told outside the gate: whoever waits for a job's end goes on.</summary>
    public Queue<(TaskCompletionSource<FinishedJob> Watch, FinishedJob Job)> Ended { get; } = new();

    Moment IRouterShell<TestPeer>.Now => Now;

    bool IRouterShell<TestPeer>.IsInCluster => true;

    IEnumerable<KnownNode> IRouterShell<TestPeer>.Members => _workers.Select(w => new KnownNode(w.Node, IsWorker: true, IsReachable: true));

    string IRouterShell<TestPeer>.NodeOf(TestPeer peer) => peer.Node;

    bool IRouterShell<TestPeer>.Ask<T>(string what, Func<IJobStore, ValueTask<T>> call, Action<T> answered, Action failed)
    {
        answered(call(_store).AsTask().GetAwaiter().GetResult());
        return true;
    }

    bool IRouterShell<TestPeer>.Commit(Commit commit, Action<CommitResult> answered)
    {
        CommitResult result = _store.CommitAsync(commit, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        foreach (InsertRows rows in result == CommitResult.Done ? commit.Inserts : [])
        {
            for (int i = 0; i < rows.Jobs.Count; i++)
            {
                long key = rows.Keys[i];
                if (key < 0 || commit.Known.Exists(k => k.Key == key) || commit.Refused.Contains(key))
                    continue;
                Accepted.Add(SubmittedJob.Of(rows.Jobs, i, key, rows.SubmittedUnixMs, _settings.Json));
                Open.Add(key);
            }
        }
        answered(result);
        return true;
    }

    void IRouterShell<TestPeer>.Watch(TestPeer gateway)
    {
    }

    void IRouterShell<TestPeer>.Answer(TestPeer gateway, in SubmitAnswer answer) => _answers[answer.Ticket] = answer;

    void IRouterShell<TestPeer>.Moved(TestPeer gateway, long ticket) => throw new InvalidOperationException("There is no other router.");

    void IRouterShell<TestPeer>.Finished(TestPeer gateway, FinishedJob[] jobs)
    {
        foreach (FinishedJob job in jobs)
        {
            if (_watches.Remove(job.Ticket, out TaskCompletionSource<FinishedJob>? watch))
                Ended.Enqueue((watch, job));
        }
        _changed();
    }

    void IRouterShell<TestPeer>.Done(TestPeer gateway, long ticket, RefusalCode code, string? detail) => _done[ticket] = (code, detail);

    void IRouterShell<TestPeer>.Owners(TestPeer gateway, long incarnation, QueueOwner[] queues)
    {
    }

    void IRouterShell<TestPeer>.Assign(TestPeer worker, AssignBatch batch) => _mail.Enqueue(() => ((TestWorker)worker).Assigned(batch));

    void IRouterShell<TestPeer>.Welcome(TestPeer worker, RouterWelcome welcome) => _mail.Enqueue(() => ((TestWorker)worker).Welcomed(welcome));

    void IRouterShell<TestPeer>.Greet(RouterRow router, RouterWelcome welcome)
    {
    }

    void IRouterShell<TestPeer>.TellDrained(RouterRow router, string worker, long incarnation)
    {
    }

    void IRouterShell<TestPeer>.TellFreed(RouterRow router)
    {
    }

    void IRouterShell<TestPeer>.Down(string node)
    {
    }

    void IRouterShell<TestPeer>.Joined(TestPeer worker, WorkerHello hello)
    {
    }

    void IRouterShell<TestPeer>.Left(long worker)
    {
    }

    void IRouterShell<TestPeer>.Notice(in DispatchNotice notice)
    {
    }

    void IRouterShell<TestPeer>.Step(in JobStep step)
    {
        if (JobTransitions.IsFinal(step.State))
            Open.Remove(step.Key);
    }

    void IRouterShell<TestPeer>.News(RouterNews news, string subject, long incarnation)
    {
        if (news is RouterNews.Refused or RouterNews.Fenced)
            throw new InvalidOperationException($"The memory store has turned the router away: {news}, {subject}");
    }
}
