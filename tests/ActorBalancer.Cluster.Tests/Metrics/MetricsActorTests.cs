using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Load;
using ActorBalancer.Options;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;
using static ActorBalancer.Cluster.Metrics.IMetricsProtocol;

namespace ActorBalancer.Cluster.Tests.Metrics;

/// <summary>Under virtual time: Akka's test scheduler and the actor's clock move together, and only when a test says so.</summary>
public sealed class MetricsActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly MetricsOptions Options = new()
    {
        SampleInterval = TimeSpan.FromMilliseconds(200),
        PublishInterval = TimeSpan.FromSeconds(1),
        SlowStart = TimeSpan.FromSeconds(30),
        SlowStartFrom = 0.1,
    };

    private readonly ManualTime _time = new();
    private readonly FakeSystem _system = new();
    private readonly TestProbe _router;
    private readonly TestProbe _subscriber;
    private readonly IActorRef _metrics;
    private WorkerLoadSnapshot _load = new(1, 0, 0, 0);
    private bool _broken;

    public MetricsActorTests(ITestOutputHelper output)
        : base(
            """
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
            """,
            "metrics",
            output)
    {
        _router = CreateTestProbe("router");
        _subscriber = CreateTestProbe("subscriber");
        Mediator.Tell(new Subscribe(MetricsActor.Topic, _subscriber), _subscriber);
        _subscriber.ExpectMsg<SubscribeAck>(Patience);
        ProcessSampler sampler = new(
            _system, _time, "w1", 7, () => _broken ? throw new InvalidOperationException("broken on purpose") : _load);
        _metrics = Sys.ActorOf(MetricsActor.Props(Options, sampler, _time), "metrics");
        Settle();
    }

    private IActorRef Mediator => DistributedPubSub.Get(Sys).Mediator;

    [Fact]
    public void A_node_publishes_its_newest_sample_once_an_interval()
    {
        Pass(Options.SampleInterval);
        _load = new WorkerLoadSnapshot(5, 6, 7, 8);
        for (int i = 0; i < 4; i++) Pass(Options.SampleInterval);
        NodeSample sample = _subscriber.ExpectMsg<NodeSample>(Patience);
        Assert.Equal(("w1", 7L, 5, 6, 7L), (sample.Node, sample.WorkerIncarnation, sample.Running, sample.Queued, sample.Finished));

        for (int i = 0; i < 4; i++) Pass(Options.SampleInterval);
        Assert.False(_subscriber.HasMessages);
        Pass(Options.SampleInterval);
        _subscriber.ExpectMsg<NodeSample>(Patience);
    }

    [Fact]
    public void The_first_weights_after_a_join_are_sent_at_once()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(7, "w1", 4_000));
        Assert.Equal([new(7, 4_000)], _router.ExpectMsg<Weights>(Patience).Workers);
    }

    [Fact]
    public void Weights_are_sent_at_most_once_an_interval()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(1, "w1", 1_000));
        long first = _router.ExpectMsg<Weights>(Patience).Version;
        for (int i = 2; i <= 50; i++) _metrics.Tell(new WorkerKnown(i, "w" + i, 1_000));
        Pass(TimeSpan.FromMilliseconds(999));
        Assert.False(_router.HasMessages);

        Pass(TimeSpan.FromMilliseconds(1));
        Weights second = _router.ExpectMsg<Weights>(Patience);
        Assert.True(second.Version > first);
        Assert.Equal(50, second.Workers.Count);
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void Slow_start_of_a_newcomer_is_told_at_once_even_within_the_interval()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(1, "w1", 1_000));
        _router.ExpectMsg<Weights>(Patience);
        Pass(LoadBook.Formation + TimeSpan.FromSeconds(1));
        _metrics.Tell(new WorkerKnown(2, "w2", 1_000));
        Assert.Contains(new WorkerWeight(2, 100), _router.ExpectMsg<Weights>(Patience).Workers);
        _metrics.Tell(new WorkerKnown(3, "w3", 1_000));
        Assert.Contains(new WorkerWeight(3, 100), _router.ExpectMsg<Weights>(Patience).Workers);
    }

    [Fact]
    public void While_nothing_changes_the_same_weights_are_repeated_now_and_then_so_that_they_do_not_expire()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(1, "w1", 1_000));
        Weights weights = _router.ExpectMsg<Weights>(Patience);
        for (int i = 0; i < 14; i++) Pass(Options.PublishInterval);
        Assert.False(_router.HasMessages);
        for (int i = 0; i < 30; i++) Pass(Options.PublishInterval);
        Assert.Same(weights, _router.ExpectMsg<Weights>(Patience));
        Assert.Same(weights, _router.ExpectMsg<Weights>(Patience));
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void Runs_that_the_router_tells_of_change_the_weights_of_their_kind_once_the_blackout_is_over()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(1, "w1", 1_000));
        _metrics.Tell(new WorkerKnown(2, "w2", 1_000));
        Weights last = _router.ExpectMsg<Weights>(Patience);
        for (int i = 0; i < 40; i++)
        {
            _metrics.Tell(new Runs([Tally(1, 20_000), Tally(2, 5_000)]));
            Pass(Options.PublishInterval);
            while (_router.HasMessages)
                last = _router.ExpectMsg<Weights>(Patience);
            if (i < 8)
                Assert.All(last.Workers, w => Assert.Empty(w.Factors));
        }
        Assert.All(last.Workers, w => Assert.NotEmpty(w.Factors));
        Assert.InRange(last.Workers[1].Speed / last.Workers[0].Speed, 3.5, 4.5);

        static RunTally Tally(long worker, double micros) => new(worker, "work", 50, 0, 50 * Math.Log(micros), 50 * Math.Log(micros) * Math.Log(micros));
    }

    [Fact]
    public void A_worker_that_joins_later_grows_second_by_second_until_it_has_its_weight()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(1, "w1", 1_000));
        _router.ExpectMsg<Weights>(Patience);
        for (int i = 0; i < 20; i++) Pass(Options.PublishInterval);
        _router.ExpectMsg<Weights>(Patience);

        _metrics.Tell(new WorkerKnown(2, "w2", 3_000));
        List<int> effective = [_router.ExpectMsg<Weights>(Patience).Workers[1].Effective];
        for (int i = 0; i < 40; i++)
        {
            Pass(Options.PublishInterval);
            while (_router.HasMessages) effective.Add(_router.ExpectMsg<Weights>(Patience).Workers[1].Effective);
        }

        Assert.Equal([300, .. Enumerable.Range(4, 27).Select(second => second * 100)], effective);
    }

    [Fact]
    public void A_forgotten_worker_leaves_the_weights()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(1, "w1", 1_000));
        _router.ExpectMsg<Weights>(Patience);
        _metrics.Tell(new WorkerForgotten(1));
        Pass(Options.PublishInterval);
        Assert.Empty(_router.ExpectMsg<Weights>(Patience).Workers);
    }

    [Fact]
    public void Routers_of_the_application_are_told_what_each_node_weighs()
    {
        Address node = Address.Parse("akka.tcp://app@10.0.0.5:4053");
        TestProbe early = CreateTestProbe(), late = CreateTestProbe();
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new SendNodeWeightsTo(early));
        _metrics.Tell(new WorkerKnown(1, "w1", 4_000) { Node = node });
        Assert.Equal(4.0, early.FishForMessage<NodeWeights>(m => m.Weights.Count == 1, Patience).Weights[node]);
        _metrics.Tell(new SendNodeWeightsTo(late));
        Assert.Equal(4.0, late.ExpectMsg<NodeWeights>(Patience).Weights[node]);
        _metrics.Tell(new WorkerForgotten(1));
        Pass(Options.PublishInterval);
        Assert.Empty(early.ExpectMsg<NodeWeights>(Patience).Weights);
    }

    [Fact]
    public void A_new_router_actor_gets_the_weights_anew()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(1, "w1", 1_000));
        Weights before = _router.ExpectMsg<Weights>(Patience);
        TestProbe next = CreateTestProbe();
        _metrics.Tell(new SendWeightsTo(next));
        Assert.Same(before, next.ExpectMsg<Weights>(Patience));
    }

    [Fact]
    public void A_router_node_keeps_the_samples_of_its_workers_readable()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(7, "w1", 4_000));
        for (int i = 0; i < 5; i++) Pass(Options.SampleInterval);
        _subscriber.ExpectMsg<NodeSample>(Patience);
        AwaitAssert(
            () =>
            {
                _metrics.Tell(GetSamples.Instance, TestActor);
                Assert.Equal(7, Assert.Single(ExpectMsg<Samples>(Patience).Nodes).WorkerIncarnation);
            },
            Patience);
    }

    [Fact]
    public void A_failed_sample_costs_neither_weights_nor_later_samples()
    {
        _metrics.Tell(new SendWeightsTo(_router));
        _metrics.Tell(new WorkerKnown(1, "w1", 1_000));
        _router.ExpectMsg<Weights>(Patience);
        _broken = true;
        for (int i = 0; i < 5; i++) Pass(Options.SampleInterval);
        Assert.False(_subscriber.HasMessages);

        _broken = false;
        _metrics.Tell(new WorkerKnown(2, "w2", 1_000));
        for (int i = 0; i < 5; i++) Pass(Options.SampleInterval);
        Assert.Equal(2, _router.ExpectMsg<Weights>(Patience).Workers.Count);
        _subscriber.ExpectMsg<NodeSample>(Patience);
    }

    /// <summary>Lets time pass, and waits until the actor and the mediator have done what was due.</summary>
    private void Pass(TimeSpan time)
    {
        Settle();
        _time.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
        Settle();
    }

    private void Settle()
    {
        _metrics.Tell(GetSamples.Instance, TestActor);
        ExpectMsg<Samples>(Patience);
        Mediator.Tell(GetTopics.Instance, TestActor);
        ExpectMsg<CurrentTopics>(Patience);
    }
}
