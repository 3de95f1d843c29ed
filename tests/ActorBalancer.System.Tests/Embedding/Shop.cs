using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.SystemTests.Embedding;

/// <summary>
/// One node of an Akka.NET application with a life of its own: roles, JSON messages, split-brain resolver, frame size and shutdown; with or
/// without a balancer as its guest.
/// </summary>
internal sealed class Shop : IAsyncDisposable
{
    /// <summary>Written by Newtonsoft's JSON, Akka's default.</summary>
    public sealed record Sale(int Number, string What);

    public const string Own = """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, maximum-frame-size = 640000b }
        akka.cluster {
          # A machine that is busy with other tests is no node that is gone.
          failure-detector.acceptable-heartbeat-pause = 60s
          run-coordinated-shutdown-when-down = off
          split-brain-resolver { active-strategy = keep-oldest, stable-after = 11s, keep-oldest.down-if-alone = off }
        }
        akka.coordinated-shutdown.phases.before-service-unbind.timeout = 7s
        """;

    private readonly IHost _host;

    private Shop(IHost host) => (_host, System) = (host, host.Services.GetRequiredService<ActorSystem>());

    public ActorSystem System { get; }

    public IServiceProvider Services => _host.Services;

    public Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(System);

    /// <summary>Whether its own task of the shutdown ran.</summary>
    public bool ClosedItsTill { get; private set; }

    /// <param name="roles">Of the node, in HOCON.</param>
    /// <param name="first">To join; null: this is the first.</param>
    /// <param name="guest">Null: no balancer here.</param>
    public static async Task<Shop> StartAsync(string roles, Shop? first = null, Action<BalancerBuilder>? guest = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHealthChecks().AddActorBalancer();
        builder.Services.AddAkka("shop", akka =>
        {
            akka.AddHocon(ConfigurationFactory.ParseString($"akka.cluster.roles = {roles}").WithFallback(ConfigurationFactory.ParseString(Own)), HoconAddMode.Prepend)
                .WithActors((system, _) => system.ActorOf(Props.Create<Till>(), "till"));
            if (guest is not null)
                akka.WithActorBalancer(guest);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        Shop shop = new(host);
        CoordinatedShutdown.Get(shop.System).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "close the till", () =>
        {
            shop.ClosedItsTill = true;
            return Task.FromResult(Akka.Done.Instance);
        });
        await shop.Cluster.JoinAsync((first ?? shop).Cluster.SelfAddress);
        return shop;
    }

    /// <summary>Asks the till of another node, in JSON over the network.</summary>
    public Task<Sale> SellAsync(Shop at, Sale sale) =>
        System.ActorSelection(new RootActorPath(at.Cluster.SelfAddress) / "user" / "till").Ask<Sale>(sale, TimeSpan.FromMinutes(1));

    public async Task<HealthStatus> HealthAsync() => (await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    /// <summary>Whether so many members are up, as far as this node knows.</summary>
    public bool SeesUp(int nodes) => Cluster.State.Members.Count(m => m.Status == Akka.Cluster.MemberStatus.Up) == nodes;

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class Till : ReceiveActor
    {
        public Till() => Receive<Sale>(sale => Sender.Tell(sale with { Number = sale.Number + 1 }));
    }
}
