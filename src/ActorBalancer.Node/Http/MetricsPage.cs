using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ActorBalancer.Node.Http;

/// <summary>Collects this process's meters and writes them in Prometheus's text form, which escapes every label's value.</summary>
internal sealed class MetricsPage : IDisposable
{
    // A label names a queue, and there may be two thousand, each with several outcomes; beyond this they are summed up.
    private const int MostSeries = 10_000;

    private readonly MeterProvider _provider;
    private RequestDelegate? _scrape;

    public MetricsPage() => _provider = Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(r => r.AddService("actorbalancer", autoGenerateServiceInstanceId: false))
        .AddMeter("ActorBalancer", "System.Runtime")
        .AddView(i => i.Meter.Name == "ActorBalancer" && i.Name.Contains("jobs", StringComparison.Ordinal) ? new MetricStreamConfiguration { CardinalityLimit = MostSeries } : null)
        .AddPrometheusExporter(o => o.ScrapeResponseCacheDurationMilliseconds = 0)
        .Build();

    public void Build(IApplicationBuilder app)
    {
        IApplicationBuilder branch = app.New();
        branch.UseOpenTelemetryPrometheusScrapingEndpoint(_provider, _ => true, path: null, configureBranchedPipeline: null, optionsName: null);
        _scrape = branch.Build();
    }

    public Task ShowAsync(HttpContext context) => _scrape!(context);

    public void Dispose() => _provider.Dispose();
}
