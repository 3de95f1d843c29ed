using System.Diagnostics.Metrics;
using ActorBalancer.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ActorBalancer.Node.Http;

/// <summary>Collects this process's meters and writes them in Prometheus's text form, which escapes every label's value.</summary>
internal sealed class MetricsPage : IDisposable
{
    // A label names a queue, and there may be two thousand, each with several outcomes or a dozen buckets; beyond this they
    // are summed up. Room for them all is taken at once, so only where that many can come.
    private const int MostSeries = 30_000;

    private readonly MeterProvider _provider;
    private RequestDelegate? _scrape;

    public MetricsPage()
    {
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(r => r.AddService("actorbalancer", autoGenerateServiceInstanceId: false))
            .AddMeter("ActorBalancer", ApiMeter.Name, "System.Runtime")
            .AddView(i => IsPerQueue(i) ? new MetricStreamConfiguration { CardinalityLimit = MostSeries } : null)
            .AddPrometheusExporter(o => o.ScrapeResponseCacheDurationMilliseconds = 0)
            .Build();
    }

    private static bool IsPerQueue(Instrument instrument) => instrument.Name is "actorbalancer.jobs.finished" or "actorbalancer.response_seconds.bucket";

    public void Build(IApplicationBuilder app)
    {
        IApplicationBuilder branch = app.New();
        branch.UseOpenTelemetryPrometheusScrapingEndpoint(_provider, _ => true, path: null, configureBranchedPipeline: null, optionsName: null);
        _scrape = branch.Build();
    }

    public Task ShowAsync(ApiCall call) => _scrape!(call.Context);

    public void Dispose() => _provider.Dispose();
}
