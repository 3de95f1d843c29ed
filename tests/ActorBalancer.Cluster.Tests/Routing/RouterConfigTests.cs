using ActorBalancer.Cluster.Metrics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Routing;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorBalancer.Cluster.Tests.Routing;

/// <summary>Pools and groups from code and from HOCON, with Akka's own ways around them.</summary>
public sealed class RouterConfigTests() : TestKit(ConfigurationFactory.ParseString(Hocon).WithFallback(ActorBalancerRouting.Hocon))
{
    private const string Hocon = """
        akka.actor.deployment {
          /group { router = actorbalancer-group, strategy = weighted-round-robin, routees.paths = ["/user/a", "/user/b"], weights { "/user/a" = 3 } }
          /pool { router = actorbalancer-pool, strategy = source-hash, nr-of-instances = 4, load-factor = 2, ask-expiry = 5s }
        }
        """;

    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Group_of_HOCON_divides_by_its_weights()
    {
        (TestProbe a, TestProbe b) = (CreateTestProbe("a"), CreateTestProbe("b"));
        Sys.ActorOf(Actors.ForwardTo(a), "a");
        Sys.ActorOf(Actors.ForwardTo(b), "b");
        IActorRef router = Sys.ActorOf(Props.Empty.WithRouter(FromConfig.Instance), "group");
        for (int i = 0; i < 8; i++)
            router.Tell(i);
        await a.ReceiveNAsync(6, Hang).ToListAsync();
        await b.ReceiveNAsync(2, Hang).ToListAsync();
        router.Tell(new Broadcast("all"));
        await a.ExpectMsgAsync("all", Hang);
        await b.ExpectMsgAsync("all", Hang);
    }

    [Fact]
    public async Task Pool_of_HOCON_takes_its_extractor_from_code_and_bears_new_routees()
    {
        ActorBalancerPool code = new ActorBalancerPool(1, new()).WithSource(m => m is int n ? n % 10 : null);
        IActorRef router = Sys.ActorOf(Props.Create(() => new Named()).WithRouter(code), "pool");
        Assert.Equal(4, (await router.Ask<Routees>(GetRoutees.Instance, Hang)).Members.Count());
        Dictionary<int, string> homes = [];
        for (int i = 0; i < 40; i++)
        {
            string home = await router.Ask<string>(i, Hang);
            Assert.Equal(homes.TryAdd(i % 10, home) ? home : homes[i % 10], home);
        }
        Assert.InRange(homes.Values.Distinct().Count(), 2, 4);
        IActorRef gone = ((ActorRefRoutee)(await router.Ask<Routees>(GetRoutees.Instance, Hang)).Members.First()).Actor;
        router.Tell(new RemoveRoutee(new ActorRefRoutee(gone)));
        Assert.Equal(3, (await router.Ask<Routees>(GetRoutees.Instance, Hang)).Members.Count());
        for (int i = 0; i < 10; i++)
        {
            string home = await router.Ask<string>(i, Hang);
            Assert.NotEqual(gone.Path.Name, home);
            Assert.True(home == homes[i] || homes[i] == gone.Path.Name);
        }
    }

    [Theory]
    [InlineData("strategy = best", "strategy = best: must be one of round-robin")]
    [InlineData("weights { \"/user/a\" = many }", "weights.\"/user/a\" = many: must be a number")]
    [InlineData("weights { 10.0.0.5:4053 = 4 }", "a name with dots is written in quotes")]
    [InlineData("weights = 5", "weights = 5: must be a block")]
    [InlineData("choices = two", "choices = two: must be a whole number")]
    [InlineData("load-factor = much", "load-factor = much: must be a number")]
    [InlineData("metrics = perhaps", "metrics = perhaps: must be on or off")]
    [InlineData("ask-expiry = soon", "ask-expiry = soon: must be a time such as 60s")]
    public void Wrong_HOCON_is_refused_by_name(string wrong, string told)
    {
        Config block = ConfigurationFactory.ParseString($"nr-of-instances = 1, {wrong}");
        Assert.Contains(told, Assert.Throws<ConfigurationException>(() => new ActorBalancerPool(block)).Message, StringComparison.Ordinal);
        Assert.Contains(told, Assert.Throws<ConfigurationException>(() => new ActorBalancerGroup(block)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Router_weighs_by_what_the_metrics_actor_says_of_each_node()
    {
        Address self = ((ExtendedActorSystem)Sys).Provider.DefaultAddress;
        (TestProbe metrics, TestProbe here) = (CreateTestProbe(), CreateTestProbe());
        Sys.ActorOf(Props.Create(() => new Balancer(metrics)), "actorbalancer");
        Sys.ActorOf(Actors.ForwardTo(here), "a");
        IActorRef router = Sys.ActorOf(Props.Empty.WithRouter(new ActorBalancerGroup(new() { Strategy = "random", Metrics = true }, "/user/a")), "metered");
        IActorRef asked = (await metrics.FishForMessageAsync<IMetricsProtocol.SendNodeWeightsTo>(_ => true, Hang)).Router;
        foreach ((double weight, string message) in new[] { (0.0, "lost"), (2.0, "found") })
        {
            asked.Tell(new IMetricsProtocol.NodeWeights(new Dictionary<Address, double> { [self] = weight }));
            // Its controller has taken the news when it answers.
            Assert.NotNull(await asked.Ask<ActorIdentity>(new Identify(1), Hang));
            router.Tell(message);
        }
        await here.ExpectMsgAsync("found", Hang);
    }

    [Fact]
    public void Router_that_is_deployed_elsewhere_keeps_its_options()
    {
        RoutingOptions options = new()
        {
            Strategy = "random", Choices = 2, LoadFactor = 3, Metrics = true, AskExpiry = TimeSpan.FromSeconds(7),
            Weights = new Dictionary<string, double> { ["/user/a"] = 2.5 }, RoleWeights = new Dictionary<string, double> { ["big"] = 4 },
        };
        foreach (RouterConfig config in (RouterConfig[])[new ActorBalancerPool(3, options), new ActorBalancerGroup(options, "/user/a", "/user/b")])
        {
            byte[] bytes = Sys.Serialization.FindSerializerFor(config).ToBinary(config);
            RouterConfig back = (RouterConfig)Sys.Serialization.FindSerializerFor(config).FromBinary(bytes, config.GetType());
            Assert.Equal(config, back);
            Assert.Equal(bytes, Sys.Serialization.FindSerializerFor(back).ToBinary(back));
        }
    }

    private static class Actors
    {
        public static Props ForwardTo(IActorRef probe) => Props.Create(() => new Forwarder(probe));
    }

    private sealed class Forwarder : ReceiveActor
    {
        public Forwarder(IActorRef probe) => ReceiveAny(probe.Forward);
    }

    private sealed class Named : ReceiveActor
    {
        public Named() => ReceiveAny(_ => Sender.Tell(Self.Path.Name));
    }

    private sealed class Balancer : ReceiveActor
    {
        public Balancer(IActorRef metrics) => Context.ActorOf(Actors.ForwardTo(metrics), "metrics");
    }
}
