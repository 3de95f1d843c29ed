using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using ActorBalancer.Cluster.Tls;
using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Cluster.Tests.Configuration;

public class AkkaSettingsTests
{
    private static readonly BalancerOptions Defaults = BalancerConfiguration.Defaults();

    private static readonly Dictionary<string, string> Expected = new()
    {
        ["akka.loglevel"] = "INFO",
        ["akka.stdout-loglevel"] = "WARNING",
        ["akka.log-dead-letters"] = "off",
        ["akka.log-dead-letters-during-shutdown"] = "off",
        ["akka.actor.provider"] = "cluster",
        ["akka.actor.serialization-settings.allow-unregistered-types"] = "false",
        ["akka.actor.log-serializer-override-on-start"] = "off",
        ["akka.remote.enabled-transports"] = "[akka.remote.dot-netty.tcp]",
        ["akka.remote.retry-gate-closed-for"] = "500ms",
        ["akka.remote.log-remote-lifecycle-events"] = "off",
        ["akka.cluster.retry-unsuccessful-join-after"] = "1s",
        ["akka.cluster.run-coordinated-shutdown-when-down"] = "on",
        ["akka.cluster.split-brain-resolver.active-strategy"] = "keep-majority",
        ["akka.cluster.split-brain-resolver.stable-after"] = "7s",
        ["akka.cluster.split-brain-resolver.down-all-when-unstable"] = "off",
        ["akka.coordinated-shutdown.run-by-clr-shutdown-hook"] = "off",
        ["akka.coordinated-shutdown.exit-clr"] = "off",
        ["akka.coordinated-shutdown.terminate-actor-system"] = "on",
    };

    [Fact]
    public void Each_line_of_akka_conf_is_expected_and_arrives()
    {
        Config file = BalancerConfiguration.Embedded("akka.conf").Akka;
        Assert.Equal(Expected.Keys.Order(StringComparer.Ordinal), HoconLeaves.Of(file.Root).Select(l => l.Path).Order(StringComparer.Ordinal));
        Config settings = AkkaSettings.For(Defaults);
        foreach ((string path, string value) in Expected)
            Assert.Equal((path, value), (path, settings.GetValue(path).ToString().Trim('"')));
    }

    [Fact]
    public void Defaults_give_one_node_on_loopback_with_both_roles()
    {
        Config settings = AkkaSettings.For(Defaults);
        Assert.Equal("127.0.0.1", settings.GetString("akka.remote.dot-netty.tcp.hostname"));
        Assert.Equal("127.0.0.1", settings.GetString("akka.remote.dot-netty.tcp.public-hostname"));
        Assert.Equal(8601, settings.GetInt("akka.remote.dot-netty.tcp.port"));
        Assert.Equal((96 + 256 + 256 + 64) * 1024, settings.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"));
        Assert.Equal(["actorbalancer-router", "actorbalancer-worker"], settings.GetStringList("akka.cluster.roles"));
        Assert.Empty(settings.GetStringList("akka.cluster.seed-nodes"));
        Assert.Equal("actorbalancer-router", settings.GetString("akka.cluster.split-brain-resolver.keep-majority.role"));
        Assert.Equal(TimeSpan.FromSeconds(35), settings.GetTimeSpan("akka.coordinated-shutdown.phases.service-requests-done.timeout"));
    }

    [Fact]
    public void Options_of_this_node_become_its_settings()
    {
        Config settings = AkkaSettings.For(Defaults with
        {
            Roles = ["worker"],
            RoleNames = new RoleNames { Router = "boss", Worker = "hand" },
            Insecure = true,
            Remoting = Defaults.Remoting with { Bind = "0.0.0.0", Advertised = "node-1", Port = 0 },
            Seeds = ["10.0.0.4:8601", "[fd00::5]:8601"],
            Limits = Defaults.Limits with { Result = 1 << 20 },
            Router = Defaults.Router with { BatchJobs = 1000 },
            Worker = Defaults.Worker with { Drain = TimeSpan.FromMinutes(2) },
        });
        Assert.Equal("0.0.0.0", settings.GetString("akka.remote.dot-netty.tcp.hostname"));
        Assert.Equal("node-1", settings.GetString("akka.remote.dot-netty.tcp.public-hostname"));
        Assert.Equal(0, settings.GetInt("akka.remote.dot-netty.tcp.port", -1));
        Assert.Equal((96 + 1000 + 1024 + 64) * 1024, settings.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"));
        Assert.Equal(["hand"], settings.GetStringList("akka.cluster.roles"));
        Assert.Equal(
            ["akka.tcp://actorbalancer@10.0.0.4:8601", "akka.tcp://actorbalancer@[fd00::5]:8601"],
            settings.GetStringList("akka.cluster.seed-nodes"));
        Assert.Equal("boss", settings.GetString("akka.cluster.split-brain-resolver.keep-majority.role"));
        Assert.Equal(TimeSpan.FromSeconds(125), settings.GetTimeSpan("akka.coordinated-shutdown.phases.service-requests-done.timeout"));
    }

    [Fact]
    public void Akka_block_of_the_user_lies_over_ours()
    {
        Config user = ConfigurationFactory.ParseString("akka { loglevel = DEBUG, cluster.split-brain-resolver.stable-after = 20s }");
        Config settings = AkkaSettings.For(Defaults, user);
        Assert.Equal("DEBUG", settings.GetString("akka.loglevel"));
        Assert.Equal(TimeSpan.FromSeconds(20), settings.GetTimeSpan("akka.cluster.split-brain-resolver.stable-after"));
        Assert.Equal("cluster", settings.GetString("akka.actor.provider"));
        Assert.Equal(8601, AkkaSettings.For(Defaults, Config.Empty).GetInt("akka.remote.dot-netty.tcp.port"));
    }

    [Fact]
    public void Frame_limit_below_the_largest_batch_is_refused()
    {
        Config user = ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp.maximum-frame-size = 128000b");
        BalancerConfigurationException refused = Assert.Throws<BalancerConfigurationException>(() => AkkaSettings.For(Defaults, user));
        Assert.Equal(
            "akka.remote.dot-netty.tcp.maximum-frame-size = 128000b: must be at least 688128 for limits and router.batch-bytes as they are set",
            refused.Message);
    }

    [Fact]
    public void With_tls_remoting_is_ours_and_seeds_have_its_scheme()
    {
        Config settings = AkkaSettings.For(Defaults with
        {
            Remoting = Defaults.Remoting with { Tls = new RemotingTlsOptions { Certificate = "c", Key = "k", Ca = "a" } },
            Seeds = ["node-1:8601"],
        });
        Assert.Equal(["akka.ssl.tcp://actorbalancer@node-1:8601"], settings.GetStringList("akka.cluster.seed-nodes"));
        Assert.Equal(typeof(TlsTransport), Type.GetType(settings.GetString("akka.remote.dot-netty.tcp.transport-class"), throwOnError: true));
        Assert.DoesNotContain("TlsTransport", AkkaSettings.For(Defaults).GetString("akka.remote.dot-netty.tcp.transport-class", ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hostname = 0.0.0.0", "actorbalancer.remoting.bind")]
    [InlineData("public-hostname = node-1", "actorbalancer.remoting.advertised")]
    [InlineData("port = 8602", "actorbalancer.remoting.port")]
    [InlineData("enable-ssl = on", "actorbalancer.remoting.tls")]
    [InlineData("transport-class = \"Some.Transport, Some\"", "actorbalancer.remoting.tls")]
    public void Akka_block_cannot_open_the_port_past_the_checks_of_our_own_keys(string line, string ours)
    {
        Config user = ConfigurationFactory.ParseString($"akka.remote.dot-netty.tcp {{ {line} }}");
        BalancerConfigurationException refused = Assert.Throws<BalancerConfigurationException>(() => AkkaSettings.For(Defaults, user));
        Assert.Contains($"is set by {ours}, which checks it; write it there", refused.Message, StringComparison.Ordinal);

        user = ConfigurationFactory.ParseString("akka.remote.enabled-transports = [\"akka.remote.dot-netty.tcp\", \"akka.remote.other\"]");
        Assert.Throws<BalancerConfigurationException>(() => AkkaSettings.For(Defaults, user));
        user = ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp { hostname = 127.0.0.1, backlog = 10 }");
        Assert.Equal(10, AkkaSettings.For(Defaults, user).GetInt("akka.remote.dot-netty.tcp.backlog"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(36)]
    public async Task Nothing_that_a_peer_names_is_built(int serializer)
    {
        await WithSystem(serialization =>
        {
            // What a peer would send to have a type built, in the form of each serializer.
            byte[] bytes = "{\"$type\":\"System.IO.FileInfo, System.Private.CoreLib\",\"OriginalPath\":\"x\"}"u8.ToArray();
            Assert.Throws<SerializationException>(() => serialization.Deserialize(bytes, serializer, "System.IO.FileInfo, System.Private.CoreLib"));
        });
    }

    [Fact]
    public async Task Two_nodes_with_these_settings_join_and_find_each_other()
    {
        BalancerOptions options = Defaults with { Remoting = Defaults.Remoting with { Port = 0 } };
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        ActorSystem first = ActorSystem.Create(AkkaSettings.SystemName, AkkaSettings.For(options));
        ActorSystem second = ActorSystem.Create(AkkaSettings.SystemName, AkkaSettings.For(options with { Roles = ["worker"] }));
        try
        {
            Akka.Cluster.Cluster cluster = Akka.Cluster.Cluster.Get(first);
            await cluster.JoinAsync(cluster.SelfAddress, limit.Token);
            await Akka.Cluster.Cluster.Get(second).JoinAsync(cluster.SelfAddress, limit.Token);
            Assert.Equal(["actorbalancer-worker"], Akka.Cluster.Cluster.Get(second).SelfRoles);

            IActorRef there = first.ActorOf(Props.Empty, "there");
            IActorRef found = await second.ActorSelection(new RootActorPath(cluster.SelfAddress) / "user" / "there").ResolveOne(TimeSpan.FromSeconds(30));
            Assert.Equal(there.Path.Name, found.Path.Name);
        }
        finally
        {
            await second.Terminate();
            await first.Terminate();
        }
    }

    [Fact]
    public async Task Message_without_a_binding_fails_when_it_is_sent() =>
        await WithSystem(serialization =>
        {
            Assert.Throws<SerializationException>(() => serialization.FindSerializerFor(new Version(1, 2)));
            Assert.NotNull(serialization.FindSerializerFor("text"));
        });

    [Fact]
    public async Task Pub_sub_has_its_serializer_from_the_start() =>
        await WithSystem(serialization =>
            Assert.Equal("DistributedPubSubMessageSerializer", serialization.FindSerializerFor(new Akka.Cluster.Tools.PublishSubscribe.Send("/a", "b")).GetType().Name));

    private static async Task WithSystem(Action<Serialization> test)
    {
        BalancerOptions options = Defaults with { Remoting = Defaults.Remoting with { Port = 0 } };
        ActorSystem system = ActorSystem.Create(AkkaSettings.SystemName, AkkaSettings.For(options));
        try
        {
            test(((ExtendedActorSystem)system).Serialization);
        }
        finally
        {
            await system.Terminate();
        }
    }
}
