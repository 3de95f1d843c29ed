using Akka.Actor;
using Akka.Configuration;
using Akka.Routing;

namespace ActorBalancer.Cluster.Tests.Routing;

/// <summary>Routers over a cluster of two nodes in this process.</summary>
public sealed class ClusterRouterTests : IAsyncLifetime
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    private readonly ActorSystem _small = Start("""["app"]""");
    private readonly ActorSystem _big = Start("""["app", "big"]""");

    public Task InitializeAsync()
    {
        Akka.Cluster.Cluster first = Akka.Cluster.Cluster.Get(_small);
        first.Join(first.SelfAddress);
        Akka.Cluster.Cluster.Get(_big).Join(first.SelfAddress);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.WhenAll(_big.Terminate(), _small.Terminate());

    [Fact]
    public async Task Roles_weigh_the_nodes_of_a_group_and_a_pool_spans_them()
    {
        foreach (ActorSystem system in (ActorSystem[])[_small, _big])
            system.ActorOf(Props.Create(() => new Echo()), "worker");
        IActorRef group = _small.ActorOf(Props.Empty.WithRouter(FromConfig.Instance), "group");
        IActorRef pool = _small.ActorOf(Props.Create(() => new Echo()).WithRouter(FromConfig.Instance), "pool");
        string big = Akka.Cluster.Cluster.Get(_big).SelfAddress.ToString();
        foreach (IActorRef router in (IActorRef[])[group, pool])
        {
            using CancellationTokenSource limit = new(Hang);
            while ((await router.Ask<Routees>(GetRoutees.Instance, Hang)).Members.Count() < 2)
                await Task.Delay(20, limit.Token);
        }

        // The news of the roles may come a moment after the routee.
        await Shares(group, big, wanted: 3);
        await Shares(pool, big, wanted: 2);
        await _big.Terminate();
        using CancellationTokenSource end = new(Hang);
        while ((await group.Ask<Routees>(GetRoutees.Instance, Hang)).Members.Count() > 1)
            await Task.Delay(20, end.Token);
        Assert.NotEqual(big, await group.Ask<string>("who", Hang));
    }

    /// <summary>Until of four in a row so many are answered there.</summary>
    private static async Task Shares(IActorRef router, string node, int wanted)
    {
        using CancellationTokenSource limit = new(Hang);
        while (true)
        {
            int there = 0;
            for (int i = 0; i < 4; i++)
                there += await router.Ask<string>("who", Hang) == node ? 1 : 0;
            if (there == wanted)
                return;
            await Task.Delay(20, limit.Token);
        }
    }

    private static ActorSystem Start(string roles) => ActorSystem.Create("routing", ConfigurationFactory.ParseString($$"""
        akka.loglevel = WARNING
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        akka.cluster.roles = {{roles}}
        # A machine that is busy with other tests is no node that is gone.
        akka.cluster.failure-detector.acceptable-heartbeat-pause = 60s
        akka.actor.deployment {
          /group {
            router = actorbalancer-group
            strategy = weighted-round-robin
            routees.paths = ["/user/worker"]
            role-weights { big = 3 }
            cluster { enabled = on, allow-local-routees = on, use-role = app }
          }
          /pool {
            router = actorbalancer-pool
            strategy = round-robin
            cluster { enabled = on, allow-local-routees = on, max-nr-of-instances-per-node = 1, use-role = app }
          }
        }
        """).WithFallback(ActorBalancerRouting.Hocon));

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(_ => Sender.Tell(Akka.Cluster.Cluster.Get(Context.System).SelfAddress.ToString()));
    }
}
