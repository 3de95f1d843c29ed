using ActorBalancer.Cluster.Gateway;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>Starts the node with the host, and drains and stops it with the host.</summary>
internal sealed class BalancerHostedService(
    BalancerBuilder builder, IServiceProvider services, ILoggerFactory logs, TimeProvider clock, JobClient client) : IHostedService
{
    private BalancerNode? _node;

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _node = await BalancerNode.StartAsync(builder.Build(services, logs, clock) with { Client = client });

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_node is not null)
            await _node.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }
}
