namespace ActorBalancer.Node.Http;

/// <summary>What Prometheus scrapes.</summary>
internal static class MetricsRoute
{
    public static Task ShowAsync(ApiCall call) => call.Metrics.ShowAsync(call.Context);
}
