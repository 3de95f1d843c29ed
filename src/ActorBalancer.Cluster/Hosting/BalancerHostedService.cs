using ActorBalancer.Cluster.Gateway;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>Starts the node with the host, and drains and stops it with the host.</summary>
internal sealed class BalancerHostedService(
    BalancerBuilder builder,
    IServiceProvider services,
    ILoggerFactory logs,
    TimeProvider clock,
    JobClient client,
    HostedNode hosted,
    IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    private BalancerNode? _node;
    private CancellationTokenRegistration _stopping;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _node = await BalancerNode.StartAsync(builder.Build(services, logs, clock) with { Client = client });
        hosted.Started(_node);
        // Other services may end first and take their time; nobody should send work here meanwhile.
        _stopping = lifetime.ApplicationStopping.Register(hosted.Stopping);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_node is not null)
            await _node.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();
}
