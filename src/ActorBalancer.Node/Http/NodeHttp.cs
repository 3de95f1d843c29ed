using System.Net;
using ActorBalancer.AspNetCore;
using ActorBalancer.AspNetCore.Guards;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Node.Http;

/// <summary>The HTTP port of a node: open before the node is there, and until it is down.</summary>
internal sealed class NodeHttp : IAsyncDisposable
{
    // Event streams, and as many others.
    private const int MostConnections = 2 * StreamSlots.Most;
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly ServedNode _node;
    private readonly MetricsPage _metrics;
    private readonly ApiMeter _meter;
    private readonly ServerCertificate? _certificate;

    private NodeHttp(WebApplication app, ServedNode node, MetricsPage metrics, ApiMeter meter, ServerCertificate? certificate)
    {
        (_app, _node, _metrics, _meter, _certificate) = (app, node, metrics, meter, certificate);
        Url = UrlOf(app, node.Options);
    }

    /// <summary>As this host reaches it, <c>http://HOST:PORT</c>.</summary>
    public string Url { get; }

    /// <exception cref="BalancerConfigurationException">The port is taken, the address is not this machine's, or the certificate cannot be used.</exception>
    public static async Task<NodeHttp> StartAsync(ServedNode node, ILoggerFactory logs)
    {
        HttpOptions options = node.Options.Http;
        ServerCertificate? certificate = options.Tls.IsOn ? ServerCertificate.Load(options.Tls) : null;
        IPEndPoint endpoint = new(await BindAddress.OfAsync(options), options.Port);

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });

        // What it would log is what callers do wrong; what this program does wrong, the API logs itself.
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);

        // Signals are the node's matter: it drains first, and the port stays open meanwhile.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LastAnswers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel);
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                certificate?.Use(listen);
            });
        });
        WebApplication app = builder.Build();
        ApiMeter meter = new();
        MetricsPage metrics = new();
        try
        {
            metrics.Build(app);
            ClientAddress clients = new(options.Proxies);
            Api api = new(node, new HostGuard(node.Options, clients), clients, meter, logs.CreateLogger<Api>(), new Route("GET", "/metrics", metrics.ShowAsync));
            app.Run(api.RunAsync);
            await app.StartAsync();
            return new NodeHttp(app, node, metrics, meter, certificate);
        }
        catch (Exception fault)
        {
            metrics.Dispose();
            meter.Dispose();
            await app.DisposeAsync();
            certificate?.Dispose();
            throw HttpStartFault.Of(fault, options);
        }
    }

    /// <summary>Ends streams and waits, gives the last answers a moment, and closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        _node.Close();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _metrics.Dispose();
        _meter.Dispose();
        _certificate?.Dispose();
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = MostConnections;
        limits.MaxRequestLineSize = 8 << 10;
        limits.MaxRequestHeaderCount = 100;
        limits.MaxRequestHeadersTotalSize = 32 << 10;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);

        // Every route that reads a body counts it itself, and refuses in the API's own words.
        limits.MaxRequestBodySize = null;
    }

    private static string UrlOf(WebApplication app, BalancerOptions options)
    {
        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Uri address = new(bound);
        string host = options.Http.Bind;
        if (HostAddress.IsAny(host))
            host = options.Remoting.Advertised.Length > 0 ? options.Remoting.Advertised : IPAddress.Loopback.ToString();
        return new UriBuilder(address.Scheme, host, address.Port).Uri.GetLeftPart(UriPartial.Authority);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
