using ActorBalancer.Cluster.Router;
using ActorBalancer.Cluster.Tests.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBalancer.Cluster.Tests.Router;

/// <summary>What a router says to workers that it does not know.</summary>
public sealed class StrangeWorkerTests : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly IActorRef _router;

    public StrangeWorkerTests()
        : base("akka { actor.provider = cluster, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }")
    {
        BalancerOptions options = BalancerConfiguration.Defaults();
        _router = Sys.ActorOf(RouterActor.Props(new RouterSettings
        {
            Options = options,
            Store = new MemoryJobStore(_time, options.Memory, options.Limits.Queues),
            Clock = _time,
            Seed = 1,
            NodeName = "r1",
            LifePort = 0,
            ProcessIncarnation = 1,
            Board = new RouterBoard(_time),
            Metrics = CreateTestProbe(),
            Membership = CreateTestProbe(),
        }));
    }

    [Fact]
    public void Reports_of_an_unknown_worker_are_answered_once_a_second()
    {
        Report(worker: 5);
        Report(worker: 5);
        Report(worker: 6);
        Assert.Equal([5, 6], new[] { Welcomed(), Welcomed() });
        _time.Advance(TimeSpan.FromSeconds(1));
        Report(worker: 5);
        Assert.Equal(5, Welcomed());
    }

    [Fact]
    public void Older_process_of_a_name_is_not_welcomed_and_named_in_one_warning()
    {
        Hello(worker: 8);
        Assert.Equal(8, Welcomed());
        EventFilter.Warning(contains: "two processes named w1").ExpectOne(Soon, () =>
        {
            Hello(worker: 7);
            Hello(worker: 7);
            Hello(worker: 8);
            Assert.Equal(8, Welcomed());
        });
    }

    private long Welcomed() => ExpectMsg<RouterWelcome>(Soon).WorkerIncarnation;

    private void Report(long worker) => _router.Tell(
        new WorkerReport { WorkerIncarnation = worker, RouterIncarnation = 1, Number = 1, BatchSeen = 0, Credit = 4, FirstOutcome = 1, Held = [] }, TestActor);

    private void Hello(long worker) => _router.Tell(
        new WorkerHello { WorkerIncarnation = worker, Name = "w1", Slots = 1, Weight = 1000, Kinds = ["echo"], LifePort = 0, Version = "1", StartedUnixMs = 1 }, TestActor);
}
