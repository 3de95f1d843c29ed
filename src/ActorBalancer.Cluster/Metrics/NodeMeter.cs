using System.Diagnostics.Metrics;
using ActorBalancer.Cluster.Router;
using ActorBalancer.Cluster.Worker;

namespace ActorBalancer.Cluster.Metrics;

/// <summary>
/// A node's instruments, in the meter <c>ActorBalancer</c>. All of them are read when somebody collects: the way of a job only counts in
/// plain numbers, which the router shows four times a second.
/// </summary>
internal sealed class NodeMeter : IDisposable
{
    /// <summary>By which a collector subscribes.</summary>
    public const string Name = "ActorBalancer";

    private readonly Meter _meter;

    /// <param name="node">The meter's scope, since one process may hold several nodes.</param>
    /// <param name="router">Null on a node without one.</param>
    /// <param name="worker">Null on a node without one.</param>
    /// <param name="process">What this process measures of itself.</param>
    public NodeMeter(string node, RouterBoard? router, WorkerEngine? worker, ProcessSampler process)
    {
        _meter = new Meter(new MeterOptions(Name) { Scope = node });
        if (router is not null)
            new RouterInstruments(router).AddTo(_meter);
        if (worker is not null)
            AddWorker(worker);
        AddProcess(process);
    }

    public void Dispose() => _meter.Dispose();

    private void AddWorker(WorkerEngine worker)
    {
        _meter.CreateObservableGauge("actorbalancer.worker.slots", () => worker.Slots, description: "Jobs that this worker runs at once.");
        _meter.CreateObservableGauge("actorbalancer.worker.running", () => worker.Load.Running, description: "Jobs in this worker's slots.");
        _meter.CreateObservableGauge("actorbalancer.worker.queued", () => worker.Load.Queued, description: "Jobs that wait at this worker for a slot.");
        _meter.CreateObservableCounter("actorbalancer.worker.finished", () => worker.Load.Finished, description: "Runs that ended at this worker.");
        _meter.CreateObservableCounter(
            "actorbalancer.worker.service_seconds", () => worker.Load.ServiceMicros / 1e6, description: "How long those runs took together, in seconds.");
    }

    private void AddProcess(ProcessSampler process)
    {
        _meter.CreateObservableGauge(
            "actorbalancer.process.cpu", () => Of(process, s => s.Cpu), description: "The process's share of the processors that it may use, 0 to 1.");
        _meter.CreateObservableGauge(
            "actorbalancer.process.memory_bytes", () => Of(process, s => s.MemoryBytes), description: "The process's resident memory in bytes.");
        _meter.CreateObservableGauge(
            "actorbalancer.process.memory_limit_bytes", () => Of(process, s => s.MemoryLimitBytes), description: "The memory that it may use in bytes.");
    }

    /// <summary>Nothing, before the first sample.</summary>
    private static IEnumerable<Measurement<T>> Of<T>(ProcessSampler process, Func<Load.NodeSample, T> read)
        where T : struct => process.Newest is { } sample ? [new Measurement<T>(read(sample))] : [];
}
