using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Cluster.Router;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBalancer.Cluster.Gateway.IGatewayProtocol;
using FinishedJob = ActorBalancer.Dispatch.FinishedJob;

namespace ActorBalancer.Cluster.Tests.Router;

/// <summary>The router actor with probes in the place of gateway, worker, membership and metrics, over the memory store.</summary>
public sealed class RouterActorTests : TestKit
{
    private const long Incarnation = 7;
    private static readonly BalancerOptions Options = BalancerConfiguration.Defaults();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FencingStore _store = new(new MemoryJobStore(TimeProvider.System, Options.Memory, 10));
    private readonly RouterBoard _board = new(TimeProvider.System);
    private readonly TestProbe _gateway;
    private readonly TestProbe _worker;
    private readonly TestProbe _metrics;
    private readonly TestProbe _membership;
    private readonly IActorRef _router;
    private long _reports;
    private long _router1;

    public RouterActorTests()
        : base("akka.actor.provider = cluster, akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }")
    {
        _gateway = CreateTestProbe("gateway");
        _worker = CreateTestProbe("worker");
        _metrics = CreateTestProbe("metrics");
        _membership = CreateTestProbe("membership");
        _router = Sys.ActorOf(RouterActor.Props(new RouterSettings
        {
            Options = Options,
            Store = _store,
            Clock = TimeProvider.System,
            Seed = 1,
            NodeName = "r1",
            LifePort = 0,
            ProcessIncarnation = 1,
            Board = _board,
            Metrics = _metrics,
            Membership = _membership,
        }));
    }

    [Fact]
    public void Job_goes_from_a_gateway_to_a_worker_and_its_end_back()
    {
        Join();
        Submit(1);
        AssignedJob job = Assert.Single(NextJobs());
        Assert.Equal("work", job.Kind);
        Report(Succeeded(job, 8));
        FinishedJob end = Assert.Single(_gateway.FishForMessage<JobsFinished>(_ => true, Patience).Jobs);
        Assert.Equal((1L, JobState.Succeeded, 8), (end.Ticket, end.State, end.Result.Length));
    }

    [Fact]
    public void Ends_with_large_results_are_cut_into_messages_that_arrive()
    {
        Join();
        Submit(40);
        AssignedJob[] jobs = NextJobs(40);
        Report([.. jobs.Select(j => Succeeded(j, 60_000))]);
        int told = 0;
        while (told < 40)
        {
            FinishedJob[] part = _gateway.FishForMessage<JobsFinished>(_ => true, Patience).Jobs;
            Assert.InRange(part.Sum(j => j.Result.Length), 1, Math.Max(60_000, Options.Router.BatchBytes));
            told += part.Length;
        }
        Assert.Equal(40, told);
    }

    [Fact]
    public void Watch_of_a_final_job_is_answered_at_once_and_of_a_stranger_too()
    {
        Join();
        long key = Submit(1)[0];
        Report(Succeeded(Assert.Single(NextJobs()), 8));
        _gateway.FishForMessage<JobsFinished>(_ => true, Patience);
        _router.Tell(new WatchJobs(9, [key, 123_456]), _gateway);
        FinishedJob known = Assert.Single(_gateway.FishForMessage<JobsFinished>(m => m.Jobs[0].Index == 0, Patience).Jobs);
        Assert.Equal((9L, JobState.Succeeded), (known.Ticket, known.State));
        Assert.Equal(RefusalCode.NotFound, Assert.Single(_gateway.FishForMessage<JobsFinished>(m => m.Jobs[0].Index == 1, Patience).Jobs).Code);
    }

    [Fact]
    public void Metrics_actor_hears_what_became_of_runs()
    {
        Join();
        Submit(2);
        Report([.. NextJobs(2).Select(j => Succeeded(j, 8))]);
        IMetricsProtocol.Runs runs = _metrics.FishForMessage<IMetricsProtocol.Runs>(_ => true, Patience);
        Assert.Equal((Incarnation, "work", 2, 0), runs.Tallies.Select(t => (t.WorkerIncarnation, t.Kind, t.Succeeded, t.Failed)).Single());
    }

    [Fact]
    public void Worker_that_leaves_in_order_is_forgotten_by_the_metrics_actor_too()
    {
        Join();
        _metrics.FishForMessage<IMetricsProtocol.WorkerKnown>(m => m.Incarnation == Incarnation, Patience);
        _router.Tell(new IMembershipProtocol.ProcessGone(Address.Parse("akka.tcp://x@h:1"), Incarnation, "refused"));
        _metrics.FishForMessage<IMetricsProtocol.WorkerForgotten>(m => m.Incarnation == Incarnation, Patience);
    }

    [Fact]
    public void Worker_that_said_hello_early_and_is_no_member_when_the_router_joins_counts_as_removed()
    {
        Join();
        Assert.Equal(WorkerState.Up, StateOfWorker());
        _router.Tell(new IMembershipProtocol.NodeJoined(Akka.Cluster.Cluster.Get(Sys).SelfAddress, 1, IsRouter: true, IsWorker: false));
        Assert.Equal(WorkerState.Silent, StateOfWorker());
    }

    [Fact]
    [Trait("Rule", "8")]
    public void Worker_whose_node_is_downed_needs_no_removal_to_be_given_up()
    {
        IActorRef far = ((ExtendedActorSystem)Sys).Provider.ResolveActorRef("akka.tcp://far@127.0.0.1:1/user/worker");
        Address node = far.Path.Address;
        _router.Tell(Hello(), far);
        Assert.Equal(WorkerState.Joining, StateOfWorker());
        _router.Tell(new IMembershipProtocol.NodeDowned(node, 1));
        Assert.Equal(WorkerState.Silent, StateOfWorker());
        // One that is merely unreachable would be taken back.
        _router.Tell(new IMembershipProtocol.NodeReachable(node, 1));
        Assert.Equal(WorkerState.Silent, StateOfWorker());
    }

    [Fact]
    [Trait("Rule", "9")]
    public void Fenced_router_registers_anew_and_a_worker_that_says_what_it_runs_keeps_it()
    {
        Join();
        Submit(1);
        AssignedJob held = Assert.Single(NextJobs());
        RunToken token = new(_router1, held.Slot, held.Generation);

        // The next commit is refused: somebody else owned the queues for a moment.
        _store.FenceNext = true;
        _router.Tell(new SubmitBatch(2, Jobs(1), Notify: false), _gateway);
        // Nothing of it is stored, so the gateway may give it to the next owner.
        _gateway.FishForMessage<Moved>(m => m.Ticket == 2, Patience);

        Join(new HeldRun(token, held.Key, held.Attempt, 1_700_000_000_000));
        Assert.NotEqual(token.Incarnation, _router1);
        Report(new FinishedRun { Token = token, Key = held.Key, Outcome = AttemptOutcome.Succeeded, StartedUnixMs = 1_700_000_000_000, DurationMicros = 5, Result = new byte[8] });
        _router.Tell(new WatchJobs(5, [held.Key]), _gateway);
        Assert.Equal(JobState.Succeeded, _gateway.FishForMessage<JobsFinished>(m => m.Jobs[0].Ticket == 5, Patience).Jobs[0].State);
    }

    private WorkerState StateOfWorker()
    {
        _router.Tell(new ListWorkers(3), _gateway);
        return Assert.Single(_gateway.FishForMessage<WorkersAnswer>(_ => true, Patience).Workers).State;
    }

    private static JobBatch Jobs(int count) => JobBatch.From([.. Enumerable.Range(0, count).Select(_ => new JobRequest { Kind = "work", Payload = new byte[10] })]);

    private static FinishedRun Succeeded(AssignedJob job, int resultBytes) => new()
    {
        Token = new RunToken(-1, job.Slot, job.Generation),
        Key = job.Key,
        Outcome = AttemptOutcome.Succeeded,
        StartedUnixMs = 1_700_000_000_000,
        DurationMicros = 5,
        Result = new byte[resultBytes],
    };

    private void Join(params HeldRun[] held)
    {
        _router.Tell(Hello(held), _worker);
        _router1 = _worker.FishForMessage<RouterWelcome>(m => m.RouterIncarnation != _router1, Patience).RouterIncarnation;
        _reports = 0;
        _outcomes = 0;
        Report();
    }

    private static WorkerHello Hello(params HeldRun[] held) => new()
    {
        WorkerIncarnation = Incarnation, Name = "w1", Slots = 64, Weight = 1_000, Kinds = ["work"],
        LifePort = 0, Version = "1", StartedUnixMs = 1_700_000_000_000, Held = held,
    };

    private long _outcomes;

    private void Report(params FinishedRun[] ends)
    {
        for (int i = 0; i < ends.Length; i++)
        {
            if (ends[i].Token.Incarnation == -1)
                ends[i].Token = ends[i].Token with { Incarnation = _router1 };
        }
        _router.Tell(
            new WorkerReport
            {
                WorkerIncarnation = Incarnation, RouterIncarnation = _router1, Number = ++_reports, BatchSeen = _reports > 1 ? 1_000 : 0,
                Credit = 1_000, FirstOutcome = _outcomes + 1, Outcomes = ends, Held = [],
            },
            _worker);
        _outcomes += ends.Length;
    }

    private long[] Submit(int count)
    {
        _router.Tell(new SubmitBatch(1, Jobs(count), Notify: true), _gateway);
        return _gateway.FishForMessage<SubmitAnswer>(m => m.Ticket == 1, Patience).Keys;
    }

    private AssignedJob[] NextJobs(int count = 1)
    {
        var jobs = new List<AssignedJob>();
        while (jobs.Count < count)
            jobs.AddRange(_worker.FishForMessage<AssignBatch>(m => m.Jobs.Length > 0, Patience).Jobs);
        return [.. jobs];
    }
}
