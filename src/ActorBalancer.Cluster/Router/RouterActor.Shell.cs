using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Cluster;

namespace ActorBalancer.Cluster.Router;

/// <summary>What the core needs of Akka: the store's answers as messages to itself, the cluster's members, and ways to the others.</summary>
internal sealed partial class RouterActor : IRouterShell<IActorRef>
{
    public Moment Now => new(
        _settings.Clock.GetElapsedTime(0, _settings.Clock.GetTimestamp()).Ticks / TimeSpan.TicksPerMicrosecond,
        _settings.Clock.GetUtcNow().ToUnixTimeMilliseconds());

    bool IRouterShell<IActorRef>.IsInCluster =>
        Akka.Cluster.Cluster.Get(Context.System).SelfMember.Status is not (MemberStatus.Removed or MemberStatus.Joining);

    IEnumerable<KnownNode> IRouterShell<IActorRef>.Members
    {
        get
        {
            ClusterEvent.CurrentClusterState state = Akka.Cluster.Cluster.Get(Context.System).State;
            return state.Members.Select(
                m => new KnownNode(m.Address.ToString(), m.HasRole(_settings.Options.RoleNames.Worker), !state.Unreachable.Contains(m)));
        }
    }

    public string NodeOf(IActorRef peer) => AddressOf(peer).ToString();

    public bool Ask<T>(string what, Func<IJobStore, ValueTask<T>> call, Action<T> answered, Action failed)
    {
        ValueTask<T> answer = call(_settings.Store);
        if (answer.IsCompletedSuccessfully)
        {
            answered(answer.Result);
            return true;
        }
        answer.AsTask().PipeTo(Self, Self, result => new Reply(() => answered(result)), error =>
        {
            Log.StoreFailed(_log, what, error);
            return new Reply(failed);
        });
        return false;
    }

    bool IRouterShell<IActorRef>.Commit(Commit commit, Action<CommitResult> answered) =>
        Ask("commit", s => s.CommitAsync(commit, CancellationToken.None), answered, () => answered(CommitResult.Unknown));

    void IRouterShell<IActorRef>.Watch(IActorRef gateway) => Context.Watch(gateway);

    void IRouterShell<IActorRef>.Answer(IActorRef gateway, in SubmitAnswer answer) =>
        gateway.Tell(new IGatewayProtocol.SubmitAnswer(answer.Ticket, answer.Keys, answer.Codes, answer.Detail) { Known = answer.Known });

    void IRouterShell<IActorRef>.Moved(IActorRef gateway, long ticket) => gateway.Tell(new IGatewayProtocol.Moved(ticket));

    void IRouterShell<IActorRef>.Finished(IActorRef gateway, FinishedJob[] jobs) => gateway.Tell(new IGatewayProtocol.JobsFinished(jobs));

    void IRouterShell<IActorRef>.Done(IActorRef gateway, long ticket, RefusalCode code, string? detail) =>
        gateway.Tell(new IGatewayProtocol.DoneAnswer(ticket, code, detail));

    void IRouterShell<IActorRef>.Owners(IActorRef gateway, long incarnation, QueueOwner[] queues) =>
        gateway.Tell(new IGatewayProtocol.Owners(incarnation, queues));

    void IRouterShell<IActorRef>.Assign(IActorRef worker, AssignBatch batch) => worker.Tell(batch);

    void IRouterShell<IActorRef>.Welcome(IActorRef worker, RouterWelcome welcome) => worker.Tell(welcome);

    void IRouterShell<IActorRef>.Greet(RouterRow router, RouterWelcome welcome) => RouterAt(router).Tell(welcome);

    void IRouterShell<IActorRef>.TellDrained(RouterRow router, string worker, long incarnation) =>
        RouterAt(router).Tell(new IGatewayProtocol.DrainWorker(0, worker, true) { Incarnation = incarnation });

    void IRouterShell<IActorRef>.TellFreed(RouterRow router) => RouterAt(router).Tell(new IGatewayProtocol.Owners(0, []));

    void IRouterShell<IActorRef>.Down(string node)
    {
        if (Address.TryParse(node, out Address? address))
            Akka.Cluster.Cluster.Get(Context.System).Down(address);
    }

    void IRouterShell<IActorRef>.Joined(IActorRef worker, WorkerHello hello)
    {
        if (hello.LifePort > 0)
            _settings.Membership.Tell(new IMembershipProtocol.LifePortKnown(AddressOf(worker), hello.WorkerIncarnation, hello.LifePort));
        _settings.Metrics.Tell(new IMetricsProtocol.WorkerKnown(hello.WorkerIncarnation, hello.Name, hello.Weight) { Node = AddressOf(worker) });
    }

    void IRouterShell<IActorRef>.Left(long worker) => _settings.Metrics.Tell(new IMetricsProtocol.WorkerForgotten(worker));

    void IRouterShell<IActorRef>.Step(in JobStep step)
    {
        (JobId id, string? worker) = (new JobId(step.Key), step.Worker.Length == 0 ? null : step.Worker);
        _settings.Board.Events.Add(new BalancerEvent.OfJob(id, step.Queue, step.Kind, step.State, worker, step.Reason));
        if (_settings.PublishesEvents && JobTransitions.IsFinal(step.State))
            Context.System.EventStream.Publish(new JobFinished(id, step.Queue, step.Kind, step.State, worker, step.Reason));
    }

    void IRouterShell<IActorRef>.Notice(in DispatchNotice notice)
    {
        Log.Notice(_log, notice);
        EventFeed events = _settings.Board.Events;
        switch (notice.Kind)
        {
            case NoticeKind.WorkerJoined or NoticeKind.WorkerBack or NoticeKind.WorkerUndrained or NoticeKind.WorkerReturned:
                events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Up));
                break;
            case NoticeKind.WorkerSilent: events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Silent)); break;
            case NoticeKind.WorkerEjected: events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Ejected)); break;
            case NoticeKind.WorkerDraining: events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Draining)); break;
            case NoticeKind.WorkerLost: events.Add(new BalancerEvent.OfWorker(notice.Subject, WorkerState.Gone)); break;
            case NoticeKind.StoreAway: _settings.Board.IsStoreAway = true; break;
            case NoticeKind.StoreBack: _settings.Board.IsStoreAway = false; break;
            case NoticeKind.QueueChanged when Dispatcher?.Settings(notice.Subject) is { } now:
                events.Add(new BalancerEvent.OfQueue(notice.Subject, notice.Detail!, now.Strategy, now.Binding));
                if (_settings.PublishesEvents)
                    Context.System.EventStream.Publish(new QueueChanged(notice.Subject, notice.Detail!, now.Strategy, now.Binding));
                break;
        }
    }

    void IRouterShell<IActorRef>.News(RouterNews news, string subject, long incarnation)
    {
        Log.News(_log, news, subject, incarnation);
        switch (news)
        {
            case RouterNews.Registered:
                _settings.Metrics.Tell(new IMetricsProtocol.SendWeightsTo(Self));
                _settings.Metrics.Tell(new IMetricsProtocol.SendSamplesTo(Self));
                break;
            case RouterNews.Refused:
                Context.Parent.Tell(new IRouterProtocol.Refused(subject));
                break;
            case RouterNews.Fenced:
                _settings.Board.IsRegistered = false;
                _settings.Board.IsStoreAway = false;
                break;
        }
    }

    private static ActorSelection RouterAt(RouterRow router) => Context.ActorSelection(router.Node.Address + "/" + GatewayActor.RouterPath);
}
