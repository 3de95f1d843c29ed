using System.Diagnostics.Metrics;

namespace ActorBalancer.AspNetCore;

/// <summary>What the API counts of itself.</summary>
internal sealed class ApiMeter : IDisposable
{
    public const string Name = "ActorBalancer.Http";

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _refused;

    public ApiMeter()
    {
        _refused = _meter.CreateCounter<long>("actorbalancer.http.refused", description: "Requests that were refused, by the code of the refusal.");
        _meter.CreateObservableGauge("actorbalancer.http.event_streams", () => Streams.Open, description: "Event streams that are open.");
    }

    /// <summary>The open event streams.</summary>
    public StreamSlots Streams { get; } = new();

    public void Refused(string code) => _refused.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Dispose() => _meter.Dispose();
}
