using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Simulator.Protocol;

/// <content>What the core needs of the simulated world; the ledger writes down what it says.</content>
internal sealed partial class RouterNode : IRouterShell<Process>
{
    Moment IRouterShell<Process>.Now => Clock;

    bool IRouterShell<Process>.IsInCluster => IsMember;

    IEnumerable<KnownNode> IRouterShell<Process>.Members => World.Membership.SeenBy(this);

    string IRouterShell<Process>.NodeOf(Process peer) => peer.Host.Address;

    bool IRouterShell<Process>.Ask<T>(string what, Func<IJobStore, ValueTask<T>> call, Action<T> answered, Action failed)
    {
        World.Store.Ask(this, what, call, answer =>
        {
            answered(answer is bool[][] stored ? (T)(object)World.Seams.ReadBack(stored) : answer);
            FlushSoon();
        }, () =>
        {
            failed();
            FlushSoon();
        });
        return false;
    }

    bool IRouterShell<Process>.Commit(Commit commit, Action<CommitResult> answered)
    {
        World.Store.Commit(this, commit, result =>
        {
            answered(result);
            FlushSoon();
        });
        return false;
    }

    // Its membership tells, see Told.
    void IRouterShell<Process>.Watch(Process gateway)
    {
    }

    void IRouterShell<Process>.Answer(Process gateway, in SubmitAnswer answer) => World.Network.Send(this, gateway, new SubmitAnswered(answer.Ticket, answer));

    void IRouterShell<Process>.Moved(Process gateway, long ticket) => World.Network.Send(this, gateway, new Moved(ticket));

    void IRouterShell<Process>.Finished(Process gateway, FinishedJob[] jobs) => World.Network.Send(this, gateway, new JobsEnded(jobs));

    void IRouterShell<Process>.Done(Process gateway, long ticket, RefusalCode code, string? detail) => World.Network.Send(this, gateway, new OrderAnswered(ticket, code));

    void IRouterShell<Process>.Owners(Process gateway, long incarnation, QueueOwner[] queues) => World.Network.Send(this, gateway, new OwnersTold(incarnation, queues));

    void IRouterShell<Process>.Assign(Process worker, AssignBatch batch)
    {
        if (World.Seams.Send(this, batch) is not { } sent)
            return;
        World.Ledger.Assigned(this, worker, batch);
        World.Network.Send(this, worker, sent);
    }

    void IRouterShell<Process>.Welcome(Process worker, RouterWelcome welcome) => World.Network.Send(this, worker, welcome);

    void IRouterShell<Process>.Greet(RouterRow router, RouterWelcome welcome) => SendTo(router, welcome);

    void IRouterShell<Process>.TellDrained(RouterRow router, string worker, long incarnation) => SendTo(router, new DrainedTold(worker, incarnation));

    void IRouterShell<Process>.TellFreed(RouterRow router) => SendTo(router, new OwnersTold(0, []));

    void IRouterShell<Process>.Down(string node) => World.Membership.Down(this, node);

    void IRouterShell<Process>.Joined(Process worker, WorkerHello hello)
    {
    }

    void IRouterShell<Process>.Left(long worker)
    {
    }

    void IRouterShell<Process>.Step(in JobStep step)
    {
    }

    void IRouterShell<Process>.Notice(in DispatchNotice notice)
    {
        if (World.IsLogged)
            Log($"{notice.Kind} {notice.Subject} {notice.Count} {notice.Detail}");
        if (notice.Kind == NoticeKind.WorkerLost)
            World.Ledger.GivenUp(notice.Subject);
    }

    void IRouterShell<Process>.News(RouterNews news, string subject, long incarnation)
    {
        if (World.IsLogged)
            Log($"{news} {subject} {incarnation}");
        switch (news)
        {
            case RouterNews.Registered: World.Ledger.Registrations++; break;
            case RouterNews.NeverHeardOf: World.Ledger.GivenUp(subject); break;
        }
    }

    private void SendTo(RouterRow router, object message)
    {
        if (World.Hosts.Find(h => h.Address == router.Node.Address) is { } host)
            World.Network.SendTo(this, host, message);
    }
}
