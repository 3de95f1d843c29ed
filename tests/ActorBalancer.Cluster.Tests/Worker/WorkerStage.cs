using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Options;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Cluster.Tests.Worker;

/// <summary>A worker actor with a probe as its router, one as its membership and one as its parent.</summary>
internal sealed class WorkerStage
{
    public const long Incarnation = 500;
    public const long RouterIncarnation = 10;
    public const long RouterProcess = 11;

    // A generous bound for what must come; a test never waits it out unless it fails.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly Dictionary<int, FinishedRun> _outcomes = [];
    private long _batches;
    private int _slots;

    public WorkerStage(Akka.TestKit.Xunit2.TestKit kit, HandlerRegistry handlers, int slots = 4, IServiceProvider? services = null)
    {
        WorkerOptions options = new()
        {
            Slots = slots,
            Weight = null,
            Drain = TimeSpan.FromSeconds(30),
            PrefetchJobs = 2048,
            PrefetchBytes = 1 << 20,
            PrefetchWork = TimeSpan.FromMilliseconds(20),
            HandBack = TimeSpan.FromSeconds(100),
            ContactLease = TimeSpan.FromSeconds(1000),
            NoRouterExit = TimeSpan.FromSeconds(2000),
            ReportInterval = TimeSpan.FromSeconds(1),
            SlotsFile = "",
            Exec = new ExecOptions { Allow = [], Env = [], Output = 64 << 10 },
            Http = new CallOptions { Allow = [] },
        };
        WorkerIdentity identity = new() { Incarnation = Incarnation, Name = "w1", Weight = 4000, Kinds = [], LifePort = 7, Version = "1" };
        services ??= new ServiceCollection().BuildServiceProvider();
        Engine = new WorkerEngine(options, identity, handlers, services, NullLoggerFactory.Instance, Surroundings.Of(identity.Name, Time));
        Router = kit.CreateTestProbe("router");
        Membership = kit.CreateTestProbe("membership");
        Parent = kit.CreateTestProbe("parent");
        Node = ((ExtendedActorSystem)kit.Sys).Provider.DefaultAddress;
        Actor = Parent.ChildActorOf(WorkerActor.Props(Engine, Membership.Ref, options.NoRouterExit, "/" + string.Join('/', Router.Ref.Path.Elements)),
            SupervisorStrategy.DefaultStrategy);
        Membership.ExpectMsg<IMembershipProtocol.Subscribe>(Soon);
    }

    public ManualTime Time { get; } = new();

    public WorkerEngine Engine { get; }

    public IActorRef Actor { get; }

    public TestProbe Router { get; }

    public TestProbe Membership { get; }

    public TestProbe Parent { get; }

    public Address Node { get; }

    /// <summary>The router joins and welcomes the worker.</summary>
    public WorkerHello Join(int uid = 1)
    {
        Actor.Tell(new IMembershipProtocol.NodeJoined(Node, uid, IsRouter: true, IsWorker: false));
        WorkerHello hello = Hello();
        Actor.Tell(new RouterWelcome(RouterIncarnation, "r1", Incarnation, 77) { ProcessIncarnation = RouterProcess }, Router.Ref);
        return hello;
    }

    public WorkerHello Hello() => (WorkerHello)Router.FishForMessage(m => m is WorkerHello, Soon);

    /// <summary>Assigns one job a slot number of the router, in one batch; returns the first number.</summary>
    public int Assign(params (string Kind, string Payload, long LimitMs)[] jobs)
    {
        int first = _slots;
        AssignedJob[] assigned = [.. jobs.Select(j => new AssignedJob
        {
            Slot = _slots++,
            Generation = 1,
            Key = JobKey.Pack(1, 5, _slots),
            Queue = "default",
            Kind = j.Kind,
            Attempt = 1,
            TimeLimitMs = j.LimitMs,
            Payload = System.Text.Encoding.UTF8.GetBytes(j.Payload),
        })];
        Say(assigned);
        return first;
    }

    public int Assign(string kind, string payload = "{}", long limitMs = 0) => Assign((kind, payload, limitMs));

    public void Say(AssignedJob[] jobs, RunToken[]? cancels = null, long committed = 0) => Actor.Tell(
        new AssignBatch
        {
            RouterIncarnation = RouterIncarnation,
            WorkerIncarnation = Incarnation,
            Number = jobs.Length > 0 ? ++_batches : 0,
            LastNumber = _batches,
            ReportSeen = 0,
            OutcomesCommitted = committed,
            Cancels = cancels ?? [],
            Jobs = jobs,
        },
        Router.Ref);

    public void Cancel(int job) => Say([], [new RunToken(RouterIncarnation, job, 1)]);

    /// <summary>Time passes for the worker.</summary>
    public void Pass(TimeSpan time)
    {
        Time.Advance(time);
        Engine.Tick();
    }

    /// <summary>The outcome of a job, whenever it comes.</summary>
    public FinishedRun Outcome(int job)
    {
        while (!_outcomes.ContainsKey(job))
        {
            WorkerReport report = (WorkerReport)Router.FishForMessage(m => m is WorkerReport, Soon);
            foreach (FinishedRun run in report.Outcomes)
                _outcomes[run.Token.Slot] = run;
        }
        return _outcomes[job];
    }
}
