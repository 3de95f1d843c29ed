using System.Net;
using System.Net.Sockets;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Wire;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Cluster.Tests.Hosting;

public sealed class BalancerNodeTests
{
    /// <summary>Fails only what hangs.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("router")]
    [InlineData("gateway")]
    [InlineData("membership")]
    public async Task Lost_actor_stops_the_node_and_says_so_instead_of_going_on_without_its_state(string actor)
    {
        TaskCompletionSource<BalancerStopped> told = new();
        await using BalancerNode node = await BalancerNode.StartAsync(Settings() with { OnStopped = told.SetResult });
        node.System.ActorSelection($"/user/actorbalancer/{actor}").Tell(Kill.Instance);
        BalancerStopped stopped = await node.Stopped.WaitAsync(Hang);
        Assert.Equal($"its {actor} actor ended", stopped.Reason);
        Assert.Equal(stopped, await told.Task.WaitAsync(Hang));
        await node.System.WhenTerminated.WaitAsync(Hang);
        Assert.Equal(RefusalCode.NotReady, (await Assert.ThrowsAsync<JobRefusedException>(() => node.Client.GetAsync(new JobId(1)))).Code);
    }

    [Fact]
    public async Task Crashed_worker_actor_is_started_again_and_its_node_goes_on()
    {
        NodeSettings settings = Settings();
        settings.Handlers.AddLambda("double", (int n) => JobOutcome.OkWith(2 * n));
        await using BalancerNode node = await BalancerNode.StartAsync(settings);
        await node.Client.WaitAsync(await node.Client.SubmitAsync("double", 1)).WaitAsync(Hang);
        node.System.ActorSelection("/user/actorbalancer/worker").Tell(Kill.Instance);
        JobResult after = await node.Client.WaitAsync(await node.Client.SubmitAsync("double", 21)).WaitAsync(Hang);
        Assert.Equal(42, after.Read<int>());
        Assert.False(node.Stopped.IsCompleted);
    }

    [Fact]
    public async Task Node_goes_on_without_its_metrics_actor()
    {
        NodeSettings settings = Settings();
        settings.Handlers.AddLambda("double", (int n) => JobOutcome.OkWith(2 * n));
        await using BalancerNode node = await BalancerNode.StartAsync(settings);
        await node.Client.WaitAsync(await node.Client.SubmitAsync("double", 1)).WaitAsync(Hang);
        IActorRef metrics = await node.System.ActorSelection("/user/actorbalancer/metrics").ResolveOne(Hang);
        metrics.Tell(Kill.Instance);
        Assert.True(await metrics.GracefulStop(Hang));
        JobResult after = await node.Client.WaitAsync(await node.Client.SubmitAsync("double", 21)).WaitAsync(Hang);
        Assert.Equal(42, after.Read<int>());
        Assert.False(node.Stopped.IsCompleted);
    }

    [Fact]
    public async Task Worker_that_needs_a_new_process_stops_an_embedded_node_too_and_tells_its_application()
    {
        TaskCompletionSource<BalancerStopped> told = new();
        await using BalancerNode node = await BalancerNode.StartAsync(Settings() with { OnStopped = told.SetResult, EndsForItsSupervisor = false });
        node.System.ActorSelection("/user/actorbalancer").Tell(new IWorkerProtocol.RestartRequested("slots are lost"));
        BalancerStopped stopped = await told.Task.WaitAsync(Hang);
        Assert.Equal(("slots are lost", true), (stopped.Reason, stopped.NeedsRestart));
    }

    [Fact]
    public async Task Worker_without_a_seed_is_refused_with_the_key_to_set()
    {
        NodeSettings settings = Settings();
        BalancerConfigurationException refused = await Assert.ThrowsAsync<BalancerConfigurationException>(() =>
            BalancerNode.StartAsync(settings with { Options = settings.Options with { Roles = [NodeRoles.Worker] } }));
        Assert.Contains("actorbalancer.seeds", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callback_that_throws_does_not_keep_a_stopping_node_alive()
    {
        TaskCompletionSource called = new();
        await using BalancerNode node = await BalancerNode.StartAsync(Settings() with
        {
            OnStopped = _ =>
            {
                called.SetResult();
                throw new InvalidOperationException("The application's own fault.");
            },
        });
        node.System.ActorSelection("/user/actorbalancer/gateway").Tell(Kill.Instance);
        await called.Task.WaitAsync(Hang);
        await node.Stopped.WaitAsync(Hang);
        await node.System.WhenTerminated.WaitAsync(Hang);
    }

    [Fact]
    public async Task Taken_port_is_refused_with_the_key_to_set()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        NodeSettings settings = Settings();
        BalancerConfigurationException refused = await Assert.ThrowsAsync<BalancerConfigurationException>(() => BalancerNode.StartAsync(settings with
        {
            Options = settings.Options with { Remoting = settings.Options.Remoting with { Port = port } },
        }));
        Assert.Equal(
            $"actorbalancer.remoting.port = {port}: the address 127.0.0.1:{port} is in use; choose another port or 0 for any free one",
            refused.Message);
    }

    [Theory]
    [InlineData("no-such-host.invalid")]
    [InlineData("192.0.2.1")]
    public async Task Address_that_is_not_this_machines_is_refused_with_the_key_to_set(string bind)
    {
        NodeSettings settings = Settings();
        BalancerConfigurationException refused = await Assert.ThrowsAsync<BalancerConfigurationException>(() => BalancerNode.StartAsync(settings with
        {
            Options = settings.Options with { Remoting = settings.Options.Remoting with { Bind = bind } },
        }));
        Assert.StartsWith($"actorbalancer.remoting.bind = {bind}: this machine cannot listen on it", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Actor_system_that_lacks_what_a_guest_needs_is_refused_with_every_line_to_add()
    {
        using ActorSystem system = ActorSystem.Create("shop", ConfigurationFactory.ParseString("""
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            akka.cluster.roles = ["web"]
            """).WithFallback(WireSettings.Serialization));
        BalancerConfigurationException refused = await Assert.ThrowsAsync<BalancerConfigurationException>(() => BalancerNode.StartInAsync(system, Settings()));
        Assert.Contains("""akka.cluster.roles = ["web", "actorbalancer-router", "actorbalancer-worker"]""", refused.Message, StringComparison.Ordinal);
        Assert.Contains("akka.remote.dot-netty.tcp.maximum-frame-size = ", refused.Message, StringComparison.Ordinal);
        Assert.False(system.WhenTerminated.IsCompleted);
        await system.Terminate();
    }

    [Theory]
    [InlineData("akka.actor.serialize-messages = on", "add: akka.actor.serialize-messages = off")]
    [InlineData("akka.cluster.downing-provider-class = \"\"", "add: akka.cluster.downing-provider-class = \"Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster\"")]
    [InlineData("akka.cluster.pub-sub.role = chat", "add: akka.cluster.roles = [\"actorbalancer-router\", \"actorbalancer-worker\", \"chat\"]")]
    [InlineData("akka.actor.serialization-bindings { \"ActorBalancer.Work.AssignBatch, ActorBalancer.Core\" = json }", "add: akka.actor.serialization-bindings { \"ActorBalancer.Work.AssignBatch, ActorBalancer.Core\" = \"actorbalancer\" }")]
    [InlineData("akka.actor.serializers.actorbalancer = \"Akka.Serialization.NewtonSoftJsonSerializer, Akka\"", "add: akka.actor.serializers { \"actorbalancer\" = \"ActorBalancer.Wire.BalancerSerializer, ActorBalancer.Cluster\" }")]
    public async Task Guest_is_refused_where_its_messages_or_jobs_would_be_lost_with_the_one_line_to_add(string line, string add)
    {
        using ActorSystem system = ActorSystem.Create("shop", ConfigurationFactory.ParseString(line).WithFallback(ConfigurationFactory.ParseString("""
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, maximum-frame-size = 1000000b }
            akka.cluster.roles = [actorbalancer-router, actorbalancer-worker]
            """)).WithFallback(WireSettings.Serialization));
        GuestCheck check = GuestCheck.Of(system, Settings().Options);
        Assert.EndsWith(add, Assert.Single(check.Faults).Problem, StringComparison.Ordinal);
        await system.Terminate();
    }

    [Fact]
    public async Task Guest_makes_its_batches_and_its_drain_fit_what_it_finds()
    {
        using ActorSystem system = ActorSystem.Create("shop", ConfigurationFactory.ParseString("""
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, maximum-frame-size = 640000b }
            akka.cluster.roles = [actorbalancer-router, actorbalancer-worker]
            """).WithFallback(WireSettings.Serialization));
        NodeSettings settings = Settings();
        GuestCheck check = GuestCheck.Of(system, settings.Options);
        Assert.Empty(check.Faults);
        Assert.True(AkkaSettings.LargestFrame(check.Adapted) <= 640_000);
        Assert.True(check.Adapted.Router.BatchBytes < settings.Options.Router.BatchBytes);
        Assert.Equal(TimeSpan.FromSeconds(4), check.Adapted.Worker.Drain);
        await system.Terminate();
    }

    private static NodeSettings Settings()
    {
        BalancerOptions options = BalancerConfiguration.Defaults() with { Store = StoreNames.Memory };
        return new NodeSettings
        {
            Options = options with { Remoting = options.Remoting with { Port = 0 } },
            Services = new ServiceCollection().BuildServiceProvider(),
            Logs = NullLoggerFactory.Instance,
        };
    }
}
