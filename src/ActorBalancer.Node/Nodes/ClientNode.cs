using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Hosting;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Node.Nodes;

/// <summary>This process as a node without a role: it submits and asks, and runs nothing itself.</summary>
internal sealed class ClientNode : IAsyncDisposable
{
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(3);

    private readonly BalancerNode _node;
    private readonly ServiceProvider _services;

    private ClientNode(BalancerNode node, ServiceProvider services) => (_node, _services) = (node, services);

    public JobClient Jobs => _node.Client;

    /// <param name="seed">A member, <c>HOST:PORT</c>.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="settings">By key, such as those of <c>remoting.tls</c> where the cluster speaks it.</param>
    public static async Task<ClientNode> JoinAsync(string seed, CancellationToken stop, params KeyValuePair<string, string>[] settings)
    {
        BalancerConfiguration configuration = BalancerConfiguration.Load(new ConfigurationSources
        {
            Overrides = [new("actorbalancer.seeds.0", seed), new("actorbalancer.remoting.port", "0"), new("actorbalancer.name", "client"), .. settings],
        });
        ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        ClientNode client = new(
            await BalancerNode.StartAsync(new NodeSettings
            {
                Options = configuration.Options with { Roles = [] },
                // The system's last words go past every logger to the screen, at this level.
                Akka = ConfigurationFactory.ParseString("akka.loglevel = OFF"),
                Services = services,
                Logs = NullLoggerFactory.Instance,
            }),
            services);
        try
        {
            await client._node.Joined.WaitAsync(stop);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Leaves the cluster; where that hangs because there is none any more, it is left to itself.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _node.DisposeAsync().AsTask().WaitAsync(LeaveTime);
        }
        catch (TimeoutException)
        {
            // The cluster downs it.
        }
        await _services.DisposeAsync();
    }
}
