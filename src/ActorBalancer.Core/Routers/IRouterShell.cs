using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Routers;

/// <summary>
/// What a <see cref="RouterCore{TPeer}"/> needs of the world: a clock, the store, the cluster as this node sees it, and ways to gateways,
/// workers and other routers. An actor is one, a simulated process another; neither decides anything.
/// </summary>
/// <typeparam name="TPeer">A gateway or a worker that can be told something.</typeparam>
internal interface IRouterShell<TPeer>
    where TPeer : class
{
    Moment Now { get; }

    /// <summary>This node is a member of its cluster, and knows the others.</summary>
    bool IsInCluster { get; }

    /// <summary>The nodes of the cluster that workers may be at.</summary>
    IEnumerable<KnownNode> Members { get; }

    /// <summary>The node that a peer lives at, written as in the rows of routers.</summary>
    string NodeOf(TPeer peer);

    /// <summary>
    /// Asks the store, and calls one of the two with what became of it: within this call, and then the answer is true, or in a later turn, which
    /// then ends with a <see cref="RouterCore{TPeer}.Flush"/>.
    /// </summary>
    bool Ask<T>(string what, Func<IJobStore, ValueTask<T>> call, Action<T> answered, Action failed);

    /// <summary>The same for a commit; one whose answer is lost is <see cref="CommitResult.Unknown"/>.</summary>
    bool Commit(Commit commit, Action<CommitResult> answered);

    /// <summary>Say <see cref="RouterCore{TPeer}.GatewayGone"/> when it ends.</summary>
    void Watch(TPeer gateway);

    void Answer(TPeer gateway, in SubmitAnswer answer);

    /// <summary>Nothing was done: what was asked under that ticket is another router's, or will soon be.</summary>
    void Moved(TPeer gateway, long ticket);

    void Finished(TPeer gateway, FinishedJob[] jobs);

    /// <summary>An order is carried out, or refused with a code and a sentence.</summary>
    void Done(TPeer gateway, long ticket, RefusalCode code, string? detail);

    /// <summary>Who owns which queue, as far as it is news; the incarnation is this router's, 0: it has none.</summary>
    void Owners(TPeer gateway, long incarnation, QueueOwner[] queues);

    void Assign(TPeer worker, AssignBatch batch);

    void Welcome(TPeer worker, RouterWelcome welcome);

    /// <summary>To the router at the address of that row.</summary>
    void Greet(RouterRow router, RouterWelcome welcome);

    /// <summary>To the router at the address of that row: this process of a worker was ordered to drain.</summary>
    void TellDrained(RouterRow router, string worker, long incarnation);

    /// <summary>To the router at the address of that row: this one has given up its queues.</summary>
    void TellFreed(RouterRow router);

    /// <summary>The store has fenced the router there, and the cluster cannot reach it: it is not to come back.</summary>
    void Down(string node);

    /// <summary>A worker is known now.</summary>
    void Joined(TPeer worker, WorkerHello hello);

    /// <summary>A worker incarnation has left the fleet.</summary>
    void Left(long worker);

    void Notice(in DispatchNotice notice);

    void Step(in JobStep step);

    void News(RouterNews news, string subject, long incarnation);
}
