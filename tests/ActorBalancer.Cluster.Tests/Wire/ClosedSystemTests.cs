using System.Runtime.Serialization;
using ActorBalancer.Load;
using ActorBalancer.Wire;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Serialization;
using Akka.Util;

namespace ActorBalancer.Cluster.Tests.Wire;

/// <summary>What a peer can make our executable build, over real connections.</summary>
public sealed class ClosedSystemTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly List<ActorSystem> _systems = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_systems.Select(s => s.Terminate()));

    /// <summary>The serializers that take a type's name from the wire, each with a message that makes it build the trap.</summary>
    public static TheoryData<string> Attacks => ["json", "proto", "daemon-create", "status failure", "recreate"];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Message_that_names_a_type_is_refused_and_builds_nothing(string attack)
    {
        ExtendedActorSystem plain = Start("remote", closed: false), closed = Start("remote", closed: true);
        (int id, string manifest, byte[] bytes) = Forge(attack, plain, closed);

        Assert.True(Built(plain, id, manifest, bytes), "The attack does not work where nothing is closed, so the test proves nothing.");
        Assert.False(Built(closed, id, manifest, bytes));
        Assert.Throws<SerializationException>(() => closed.Serialization.Deserialize(bytes, id, manifest));
    }

    [Fact]
    public async Task Trap_sent_over_the_wire_is_not_built_and_the_batch_behind_it_arrives()
    {
        ExtendedActorSystem plain = Start("remote", closed: false), closed = Start("remote", closed: true);
        TaskCompletionSource<object> received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        closed.ActorOf(Props.Create(() => new Listener(received)), "listener");
        IActorRef listener = await plain.ActorSelection($"{Address(closed)}/user/listener").ResolveOne(s_patience);
        Trap trap = new();
        int built = Trap.Built;

        listener.Tell(trap);
        AssignBatch sent = Batches.Of(64);
        listener.Tell(sent);

        AssignBatch back = Assert.IsType<AssignBatch>(await received.Task.WaitAsync(s_patience));
        Assert.Null(MessageEquality.Difference(sent, back));
        Assert.Equal(built, Trap.Built);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(36)]
    public void Refusal_says_which_serializer_and_which_manifest(int serializer)
    {
        ExtendedActorSystem closed = Start("cluster", closed: true);
        SerializationException refused = Assert.Throws<SerializationException>(
            () => closed.Serialization.Deserialize([], serializer, "Some.Type, Some.Assembly"));
        Assert.Contains($"serializer {serializer} with manifest 'Some.Type, Some.Assembly'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Our_own_executable_sends_nothing_as_json()
    {
        ExtendedActorSystem closed = Start("remote", closed: true);
        SerializationException refused = Assert.Throws<SerializationException>(() => closed.Serialization.Serialize(new Uri("a://b")));
        Assert.Contains("System.Uri", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_changes_no_serializer_of_its_host()
    {
        Config added = WireSettings.Serialization;
        Assert.Equal(["actorbalancer"], added.GetConfig("akka.actor.serializers").AsEnumerable().Select(e => e.Key));
        Assert.All(added.GetConfig("akka.actor.serialization-bindings").AsEnumerable(), e =>
        {
            Assert.StartsWith("ActorBalancer.", e.Key, StringComparison.Ordinal);
            Assert.NotNull(Type.GetType(e.Key));
        });

        ExtendedActorSystem host = Start("remote", closed: false);
        Assert.IsType<NewtonSoftJsonSerializer>(host.Serialization.FindSerializerForType(typeof(Trap)));
        Assert.All(WireMessages.All, type => Assert.IsType<BalancerSerializer>(host.Serialization.FindSerializerForType(type)));
    }

    [Fact]
    public async Task Cluster_pub_sub_death_watch_and_leaving_work_with_everything_closed()
    {
        ExtendedActorSystem first = Start("cluster", closed: true), second = Start("cluster", closed: true);
        Akka.Cluster.Cluster one = Akka.Cluster.Cluster.Get(first), two = Akka.Cluster.Cluster.Get(second);
        await one.JoinAsync(one.SelfAddress).WaitAsync(s_patience);
        await two.JoinAsync(one.SelfAddress).WaitAsync(s_patience);

        TaskCompletionSource<object> sampled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IActorRef listener = first.ActorOf(Props.Create(() => new Listener(sampled)));
        await DistributedPubSub.Get(first).Mediator.Ask<SubscribeAck>(new Subscribe("samples", listener), s_patience);
        NodeSample sample = new()
        {
            Node = "n2", WorkerIncarnation = 1, Cpu = 0.5,
            MemoryBytes = 1, MemoryLimitBytes = 2, Running = 3, Queued = 4, Finished = 5, ServiceMicros = 6, UnixMs = 7,
        };
        // A subscription spreads by gossip; until it has, what is published goes nowhere.
        ICancelable publishing = second.Scheduler.ScheduleTellRepeatedlyCancelable(
            TimeSpan.Zero, TimeSpan.FromMilliseconds(100), DistributedPubSub.Get(second).Mediator, new Publish("samples", sample), ActorRefs.NoSender);
        Assert.Equal(sample, await sampled.Task.WaitAsync(s_patience));
        publishing.Cancel();

        IActorRef watched = second.ActorOf(Props.Create(() => new Listener(new TaskCompletionSource<object>())), "watched");
        IActorRef remote = await first.ActorSelection($"{Address(second)}/user/watched").ResolveOne(s_patience);
        Task<bool> gone = remote.WatchAsync();
        await first.ActorSelection($"{Address(second)}/user/watched").ResolveOne(s_patience);
        second.Stop(watched);
        Assert.True(await gone.WaitAsync(s_patience));

        TaskCompletionSource<object> removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        one.Subscribe(
            first.ActorOf(Props.Create(() => new Listener(removed))),
            ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.MemberRemoved));
        await CoordinatedShutdown.Get(second).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance).WaitAsync(s_patience);
        ClusterEvent.MemberRemoved leaving = Assert.IsType<ClusterEvent.MemberRemoved>(await removed.Task.WaitAsync(s_patience));
        Assert.Equal(two.SelfAddress, leaving.Member.Address);
        Assert.Equal(Akka.Cluster.MemberStatus.Exiting, leaving.PreviousStatus);
    }

    private static (int Id, string Manifest, byte[] Bytes) Forge(string attack, ExtendedActorSystem plain, ExtendedActorSystem target)
    {
        object message = attack switch
        {
            "json" => new Trap(),
            "status failure" => new Status.Failure(new TrapException()),
            "recreate" => new Recreate(new TrapException()),
            "daemon-create" => Activator.CreateInstance(
                Type.GetType("Akka.Remote.DaemonMsgCreate, Akka.Remote", throwOnError: true)!,
                Props.Create<Listener>(new Trap()), Deploy.None, $"{Address(target)}/remote/x", plain.DeadLetters)!,
            _ => "",
        };
        if (attack == "proto")
            return (2, typeof(Trap).TypeQualifiedName(), []);
        Serializer serializer = plain.Serialization.FindSerializerFor(message);
        return (serializer.Identifier, Serialization.ManifestFor(serializer, message), serializer.ToBinary(message));
    }

    private static bool Built(ExtendedActorSystem system, int id, string manifest, byte[] bytes)
    {
        int before = Trap.Built;
        try
        {
            system.Serialization.Deserialize(bytes, id, manifest);
        }
        catch (Exception e) when (e is SerializationException or ArgumentException or InvalidCastException or NullReferenceException)
        {
            // Only whether the trap was built counts: some of Akka's serializers build first and check afterwards.
        }
        return Trap.Built > before;
    }

    private ExtendedActorSystem Start(string provider, bool closed)
    {
        Config config = ConfigurationFactory.ParseString($$"""
            akka.actor.provider = {{provider}}
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.cluster.gossip-interval = 200ms
            akka.cluster.leader-actions-interval = 200ms
            akka.cluster.pub-sub.gossip-interval = 200ms
            akka.coordinated-shutdown.terminate-actor-system = on
            akka.coordinated-shutdown.exit-clr = off
            """);
        if (closed)
            config = WireSettings.NoJson.WithFallback(config);
        config = WireSettings.Serialization.WithFallback(config);
        ActorSystem system = ActorSystem.Create("wire", config.WithFallback(DistributedPubSub.DefaultConfig()));
        _systems.Add(system);
        return (ExtendedActorSystem)system;
    }

    private static Address Address(ExtendedActorSystem system) => system.Provider.DefaultAddress;

    private sealed class Listener : ReceiveActor
    {
        public Listener(TaskCompletionSource<object> received) => ReceiveAny(message => received.TrySetResult(message));

        public Listener(Trap trap) => ReceiveAny(_ => GC.KeepAlive(trap));
    }
}
