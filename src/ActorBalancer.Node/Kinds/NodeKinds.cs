using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Kinds;

/// <summary>The kinds that a worker offers only where its configuration says what they may reach, and what they need while it runs.</summary>
internal sealed class NodeKinds : IAsyncDisposable
{
    private ExecKind? _exec;
    private HttpKind? _http;

    /// <summary>Adds those that the options allow.</summary>
    /// <exception cref="BalancerConfigurationException">This system has no way to run commands safely.</exception>
    public static NodeKinds AddTo(HandlerRegistry handlers, BalancerOptions options, TimeProvider clock)
    {
        NodeKinds kinds = new();
        if (options.IsWorker && options.Worker.Exec.Allow.Count > 0)
        {
            if (!OperatingSystem.IsLinux())
            {
                throw new BalancerConfigurationException(
                    [new ConfigurationError("actorbalancer.worker.exec.allow", string.Join(", ", options.Worker.Exec.Allow), "the kind exec needs Linux; leave the list empty")]);
            }
            kinds._exec = new ExecKind(options);
            handlers.Add(ExecKind.Name, kinds._exec.RunAsync);
        }
        if (options.IsWorker && options.Worker.Http.Allow.Count > 0)
        {
            kinds._http = new HttpKind(options, clock);
            handlers.Add(HttpKind.Name, kinds._http.RunAsync);
        }
        return kinds;
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_exec is not null)
            await _exec.DisposeAsync();
    }
}
