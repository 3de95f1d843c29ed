using ActorBalancer.AspNetCore.Guards;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.AspNetCore;

/// <summary>The API as part of an application: there before the application's node is, and until the application stops.</summary>
internal sealed class HostedApi : IDisposable
{
    private readonly HostedNode _hosted;
    private readonly JobClient _jobs;
    private readonly TimeProvider _clock;
    private readonly ILogger<Api> _log;
    private readonly ApiMeter _meter = new();
    private readonly Lock _lock = new();
    private volatile Api? _api;
    private ServedNode? _served;
    private bool _isStopping;

    private HostedApi(HostedNode hosted, JobClient jobs, TimeProvider clock, ILogger<Api> log) => (_hosted, _jobs, _clock, _log) = (hosted, jobs, clock, log);

    public static HostedApi Of(IServiceProvider services)
    {
        HostedNode hosted = services.GetService<HostedNode>()
            ?? throw new InvalidOperationException("The application has no node: call services.AddActorBalancer(...), or AddActorBalancerClient() beside WithActorBalancer.");
        HostedApi api = new(
            hosted, services.GetRequiredService<JobClient>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<Api>>());
        IHostApplicationLifetime lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopping.Register(api.Stop);
        lifetime.ApplicationStopped.Register(api.Dispose);
        return api;
    }

    public Task RunAsync(HttpContext context)
    {
        // Every route that reads a body counts it itself, and refuses in the API's own words.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            body.MaxRequestBodySize = null;
        return (_api ?? Find()) is { } api ? api.RunAsync(context) : ApiCall.StartingAsync(context, _meter);
    }

    public void Dispose()
    {
        _meter.Dispose();
        _served?.Dispose();
    }

    private Api? Find()
    {
        lock (_lock)
        {
            if (_api is null && _hosted.Node is { } node)
            {
                _served = new ServedNode(node.Options, _jobs, _clock);
                _served.Started(node);
                if (_isStopping)
                    Stop(_served);
                ClientAddress clients = new(node.Options.Http.Proxies);
                _api = new Api(_served, new HostGuard(clients), clients, _meter, _log);
            }
            return _api;
        }
    }

    /// <summary>Ends streams and waits, so that the server can stop at once.</summary>
    private void Stop()
    {
        lock (_lock)
        {
            _isStopping = true;
            if (_served is not null)
                Stop(_served);
        }
    }

    private static void Stop(ServedNode served)
    {
        served.Draining();
        served.Close();
    }
}
