using ActorBalancer.Cluster.Membership;
using ActorBalancer.Options;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Remote;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;
using static ActorBalancer.Cluster.Membership.IMembershipProtocol;
using static ActorBalancer.Cluster.Tests.Membership.FakeProber;

namespace ActorBalancer.Cluster.Tests.Membership;

/// <summary>
/// Real clusters of real ActorSystems over loopback in one process. Connections break for real; whether the process behind
/// one lives is what the fake prober says.
/// </summary>
public sealed class MembershipActorTests : TestKit
{
    private static readonly RoleNames Roles = new() { Router = "router", Worker = "worker" };

    // Only a broken actor makes a test wait this long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly MembershipTiming Timing = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(5),
        LongestPause = TimeSpan.FromMilliseconds(40),
    };

    private readonly List<ActorSystem> _others = [];
    private readonly TestProbe _listener;
    private readonly TestProbe _asked;
    private readonly FakeProber _prober;
    private readonly IActorRef _membership;

    public MembershipActorTests(ITestOutputHelper output)
        : base(NodeConfig(0, "router"), "members", output)
    {
        _listener = CreateTestProbe("listener");
        _asked = CreateTestProbe("asked");
        _prober = new FakeProber(_asked);
        Join(Sys, Sys);
        _membership = Sys.ActorOf(
            Props.Create(() => new Parent(MembershipActor.Props(Roles, _prober.Probe, Timing, _listener), TestActor)), "parent");
        Expect<NodeJoined>(m => Assert.Equal(new NodeJoined(AddressOf(Sys), UidOf(Sys), IsRouter: true, IsWorker: false), m));
    }

    [Fact]
    public void A_joining_worker_is_told_once_with_its_roles()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(m => Assert.Equal(new NodeJoined(AddressOf(worker), UidOf(worker), IsRouter: false, IsWorker: true), m));
        Akka.Cluster.Cluster.Get(worker).Leave(AddressOf(worker));
        Expect<NodeLeaving>(m => Assert.Equal(UidOf(worker), m.Uid));
        ExpectPast<NodeRemoved>(m => Assert.Equal(UidOf(worker), m.Uid), typeof(NodeDisconnected));
    }

    [Fact]
    public void Members_without_our_roles_are_not_told()
    {
        ActorSystem stranger = Start(0, "other");
        JoinAndWait(stranger);
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(m => Assert.Equal(AddressOf(worker), m.Node));
    }

    [Fact]
    public void A_late_listener_hears_first_what_is()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(_ => { });
        Break(worker);
        Expect<NodeDisconnected>(_ => { });

        TestProbe late = CreateTestProbe();
        _membership.Tell(new Subscribe(late));
        late.ExpectMsg<NodeJoined>(Patience);
        late.ExpectMsg<NodeJoined>(Patience);
        late.ExpectMsg<NodeDisconnected>(m => Assert.Equal(AddressOf(worker), m.Node), Patience);
    }

    [Fact]
    public void A_listener_that_was_started_again_hears_anew_what_is_and_everything_after_it_once()
    {
        _membership.Tell(new Subscribe(_listener));
        Expect<NodeJoined>(m => Assert.Equal(AddressOf(Sys), m.Node));
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(m => Assert.Equal(AddressOf(worker), m.Node));
        Break(worker);
        Expect<NodeDisconnected>(m => Assert.Equal(AddressOf(worker), m.Node));
    }

    [Fact]
    public void A_killed_process_is_told_as_gone_at_once_and_its_member_is_downed()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(_ => { });
        IntroduceAndAsk(worker, incarnation: 7, port: 1007);

        _prober.Set(1007, Refused);
        Kill(worker);
        Expect<NodeDisconnected>(m => Assert.Equal(AddressOf(worker), m.Node));
        Expect<ProcessGone>(m => Assert.Equal(new ProcessGone(AddressOf(worker), 7, "connection refused"), m));

        // The cluster has no downing provider here: only we can have downed it.
        ExpectPast<NodeDowned>(m => Assert.Equal(UidOf(worker), m.Uid), typeof(NodeUnreachable));
        Expect<NodeRemoved>(m => Assert.Equal(UidOf(worker), m.Uid));
    }

    [Fact]
    public void A_process_that_answers_another_incarnation_is_gone()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(_ => { });
        IntroduceAndAsk(worker, incarnation: 7, port: 1007);

        _prober.Set(1007, new LifeAnswer(LifeState.Replaced, "answered incarnation 9"));
        Break(worker);
        Expect<NodeDisconnected>(_ => { });
        Expect<ProcessGone>(m => Assert.Equal(new ProcessGone(AddressOf(worker), 7, "answered incarnation 9"), m));
    }

    [Fact]
    public void Silence_proves_nothing_and_is_asked_again_until_it_ends()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(_ => { });
        IntroduceAndAsk(worker, incarnation: 7, port: 1007);

        _prober.Set(1007, Silent);
        Break(worker);
        Expect<NodeDisconnected>(_ => { });
        for (int i = 0; i < 12; i++) _asked.ExpectMsg<Asked>(m => m.Answer == LifeState.Silent, Patience);
        Assert.False(_listener.HasMessages);

        _prober.Set(1007, Alive);
        Expect<NodeReachable>(m => Assert.Equal(UidOf(worker), m.Uid));
    }

    [Fact]
    public void A_refusal_proves_nothing_of_a_process_whose_life_port_never_answered_though_another_of_its_host_did()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(_ => { });
        ActorSystem neighbour = StartWorker();
        Expect<NodeJoined>(_ => { });
        IntroduceAndAsk(neighbour, incarnation: 6, port: 1006);
        _prober.Set(1007, Refused);
        _membership.Tell(new LifePortKnown(AddressOf(worker), 7, 1007));
        _asked.ExpectMsg<Asked>(Patience);

        Break(worker);
        Expect<NodeDisconnected>(_ => { });
        for (int i = 0; i < 3; i++) _asked.ExpectMsg<Asked>(Patience);
        Sys.EventStream.Publish(new AssociatedEvent(AddressOf(Sys), AddressOf(worker), false));
        Expect<NodeReachable>(m => Assert.Equal(UidOf(worker), m.Uid));
    }

    [Fact]
    public void A_broken_connection_that_comes_back_is_told_as_reachable()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(_ => { });
        Break(worker);
        Expect<NodeDisconnected>(_ => { });
        Sys.EventStream.Publish(new AssociatedEvent(AddressOf(Sys), AddressOf(worker), false));
        Expect<NodeReachable>(m => Assert.Equal(UidOf(worker), m.Uid));
    }

    [Fact]
    public void A_process_restarted_on_its_address_is_a_new_node_and_evidence_hits_the_old_one_only()
    {
        ActorSystem first = StartWorker();
        Expect<NodeJoined>(_ => { });
        IntroduceAndAsk(first, incarnation: 7, port: 1007);
        _prober.Set(1007, Silent);
        Kill(first);
        Expect<NodeDisconnected>(_ => { });

        ActorSystem second = Start(AddressOf(first).Port!.Value, "worker");
        Assert.Equal(AddressOf(first), AddressOf(second));
        Akka.Cluster.Cluster.Get(second).Join(AddressOf(Sys));
        ExpectPast<NodeRemoved>(m => Assert.Equal(UidOf(first), m.Uid), typeof(NodeUnreachable), typeof(NodeReachable), typeof(NodeDisconnected), typeof(NodeDowned));
        ExpectPast<NodeJoined>(m => Assert.Equal(UidOf(second), m.Uid), typeof(NodeDisconnected));

        // Evidence about the first process comes late.
        _prober.Set(1008, Alive);
        _membership.Tell(new LifePortKnown(AddressOf(second), 8, 1008));
        _prober.Set(1007, Refused);
        ExpectPast<ProcessGone>(m => Assert.Equal(7, m.Incarnation), typeof(NodeDisconnected), typeof(NodeReachable));

        // Had it hit the second, that one would be leaving now instead of in good order.
        Akka.Cluster.Cluster.Get(second).Leave(AddressOf(second));
        ExpectPast<NodeLeaving>(m => Assert.Equal(UidOf(second), m.Uid), typeof(NodeReachable));
    }

    [Fact]
    public void A_successor_that_says_hello_before_the_cluster_shows_it_is_not_taken_for_the_old_process()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(_ => { });
        IntroduceAndAsk(worker, incarnation: 7, port: 1007);
        IntroduceAndAsk(worker, incarnation: 8, port: 1008);

        _prober.Set(1008, new LifeAnswer(LifeState.Replaced, "answered incarnation 9"));
        Break(worker);
        Expect<NodeDisconnected>(_ => { });
        Expect<ProcessGone>(m => Assert.Equal(8, m.Incarnation));

        // The member belongs to process 7, which lives: it must not have been downed.
        Expect<NodeReachable>(m => Assert.Equal(UidOf(worker), m.Uid));
        Akka.Cluster.Cluster.Get(worker).Leave(AddressOf(worker));
        Expect<NodeLeaving>(m => Assert.Equal(UidOf(worker), m.Uid));
    }

    [Fact]
    public void This_nodes_own_end_is_told_to_the_parent_and_not_as_the_end_of_the_others()
    {
        ActorSystem worker = StartWorker();
        Expect<NodeJoined>(_ => { });
        TestProbe end = WatchEnd();
        Akka.Cluster.Cluster.Get(worker).Down(AddressOf(Sys));
        ExpectMsg<SelfDowned>(Patience);

        ExpectEnd(end);
        _membership.Tell(new Subscribe(_asked));
        _asked.FishForMessage<NodeJoined>(m => m.Uid == UidOf(worker), Patience);
        while (_listener.HasMessages)
            Assert.IsNotType<NodeRemoved>(_listener.ReceiveOne(Patience));
    }

    [Fact]
    public void An_orderly_leave_is_not_told_as_downed()
    {
        StartWorker();
        Expect<NodeJoined>(_ => { });
        TestProbe end = WatchEnd();
        Akka.Cluster.Cluster.Get(Sys).Leave(AddressOf(Sys));
        ExpectEnd(end);

        TestProbe after = CreateTestProbe();
        _membership.Tell(new Subscribe(after));
        after.ExpectMsg<NodeJoined>(Patience);
        Assert.False(HasMessages);
    }

    [Fact]
    public void Only_a_routers_quarantine_counts()
    {
        ActorSystem worker = StartWorker();
        ActorSystem router = Start(0, "router");
        JoinAndWait(router);
        Expect<NodeJoined>(_ => { });
        Expect<NodeJoined>(_ => { });

        Sys.EventStream.Publish(new ThisActorSystemQuarantinedEvent(AddressOf(Sys), AddressOf(worker)));
        Sys.EventStream.Publish(new ThisActorSystemQuarantinedEvent(AddressOf(Sys), AddressOf(router)));
        ExpectMsg<SelfDowned>(m => Assert.Contains(AddressOf(router).ToString(), m.Reason, StringComparison.Ordinal), Patience);
    }

    protected override void AfterAll()
    {
        foreach (ActorSystem other in _others) other.Terminate().Wait(Patience);
        base.AfterAll();
    }

    private static Address AddressOf(ActorSystem system) => Akka.Cluster.Cluster.Get(system).SelfAddress;

    private static int UidOf(ActorSystem system) => Akka.Cluster.Cluster.Get(system).SelfUniqueAddress.Uid;

    private static Config NodeConfig(int port, string role) => ConfigurationFactory.ParseString($$"""
        akka {
          actor.provider = cluster
          loglevel = WARNING
          stdout-loglevel = OFF
          coordinated-shutdown.run-by-actor-system-terminate = off
          coordinated-shutdown.terminate-actor-system = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
          remote.retry-gate-closed-for = 500ms
          cluster {
            roles = [{{role}}]
            run-coordinated-shutdown-when-down = off
            gossip-interval = 100ms
            leader-actions-interval = 100ms
            periodic-tasks-initial-delay = 100ms
            retry-unsuccessful-join-after = 500ms
          }
        }
        """);

    private static void Join(ActorSystem system, ActorSystem to) => Akka.Cluster.Cluster.Get(system).Join(AddressOf(to));

    private ActorSystem Start(int port, string role)
    {
        ActorSystem system = ActorSystem.Create(Sys.Name, NodeConfig(port, role));
        _others.Add(system);
        return system;
    }

    private ActorSystem StartWorker()
    {
        ActorSystem worker = Start(0, "worker");
        JoinAndWait(worker);
        return worker;
    }

    private void JoinAndWait(ActorSystem system)
    {
        using ManualResetEventSlim up = new();
        Akka.Cluster.Cluster.Get(system).RegisterOnMemberUp(up.Set);
        Join(system, Sys);
        Assert.True(up.Wait(Patience));
    }

    private void IntroduceAndAsk(ActorSystem worker, long incarnation, int port)
    {
        _prober.Set(port, Alive);
        _membership.Tell(new LifePortKnown(AddressOf(worker), incarnation, port));
        _asked.ExpectMsg<Asked>(m => m.Port == port && m.Incarnation == incarnation, Patience);
    }

    /// <summary>The connection breaks, as far as remoting says; the worker's ActorSystem stays.</summary>
    private void Break(ActorSystem worker) =>
        Sys.EventStream.Publish(new DisassociatedEvent(AddressOf(Sys), AddressOf(worker), false));

    /// <summary>Ends without a word to the cluster; what the process's death would do to its connections happens.</summary>
    private static void Kill(ActorSystem worker) => Assert.True(worker.Terminate().Wait(Patience));

    private TestProbe WatchEnd()
    {
        TestProbe end = CreateTestProbe();
        Akka.Cluster.Cluster.Get(Sys).Subscribe(end, typeof(ClusterEvent.ClusterShuttingDown), typeof(ClusterEvent.MemberRemoved));
        return end;
    }

    /// <summary>
    /// The cluster has stopped on this node. It tells all its subscribers of the shutdown, then of members as if removed; so
    /// after the latter the membership actor has the former in its mailbox.
    /// </summary>
    private static void ExpectEnd(TestProbe end)
    {
        end.FishForMessage<ClusterEvent.ClusterShuttingDown>(_ => true, Patience);
        end.ExpectMsg<ClusterEvent.MemberRemoved>(Patience);
    }

    private void Expect<T>(Action<T> check) => _listener.ExpectMsg(check, Patience);

    /// <summary>The next message but for those of the given types, whose number depends on timing.</summary>
    private void ExpectPast<T>(Action<T> check, params Type[] passing)
    {
        object message = _listener.ReceiveOne(Patience);
        while (message is not T && passing.Contains(message?.GetType())) message = _listener.ReceiveOne(Patience);
        check(Assert.IsType<T>(message));
    }

    private sealed class Parent : UntypedActor
    {
        private readonly IActorRef _child;
        private readonly IActorRef _test;

        public Parent(Props child, IActorRef test)
        {
            _child = Context.ActorOf(child, "membership");
            _test = test;
        }

        protected override void OnReceive(object message)
        {
            if (Sender.Equals(_child)) _test.Tell(message);
            else _child.Forward(message);
        }
    }
}
