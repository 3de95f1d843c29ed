using ActorBalancer.Load;

namespace ActorBalancer.Cluster.Metrics;

/// <summary>
/// Measures this process: how much of the processors and the memory that it may use it does use, and what its
/// worker is doing. Rates are over the time since the last sample.
/// </summary>
internal sealed class ProcessSampler
{
    private readonly ISystemSource _source;
    private readonly TimeProvider _time;
    private readonly string _node;
    private readonly long _workerIncarnation;
    private readonly Func<WorkerLoadSnapshot>? _worker;
    private long _lastTime;
    private TimeSpan _lastCpu;
    private WorkerLoadSnapshot _lastLoad;
    private volatile NodeSample? _newest;

    /// <param name="source">Where to read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="workerIncarnation">0 on a node that is no worker.</param>
    /// <param name="worker">The worker's own figures; null on a node that is no worker. Called on the sampling thread.</param>
    public ProcessSampler(
        ISystemSource source, TimeProvider time, string node, long workerIncarnation, Func<WorkerLoadSnapshot>? worker)
    {
        _source = source;
        _time = time;
        _node = node;
        _workerIncarnation = workerIncarnation;
        _worker = worker;
        _lastTime = time.GetTimestamp();
        _lastCpu = source.CpuTime;
    }

    /// <summary>The sample that was taken last, for any thread; null before the first.</summary>
    public NodeSample? Newest => _newest;

    public NodeSample Take()
    {
        CgroupLimits limits = CgroupLimits.Read(_source);
        WorkerLoadSnapshot load = _worker?.Invoke() ?? default;
        NodeSample sample = new()
        {
            Node = _node,
            WorkerIncarnation = _workerIncarnation,
            Cpu = CpuShare(Math.Min(limits.Cpus ?? double.MaxValue, _source.Processors)),
            MemoryBytes = _source.ResidentBytes,
            MemoryLimitBytes = Math.Min(limits.MemoryBytes ?? long.MaxValue, MachineBytes()),
            Running = load.Running,
            Queued = load.Queued,
            Finished = load.Finished,
            ServiceMicros = MeanService(load),
            UnixMs = _time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        _lastLoad = load;
        _newest = sample;
        return sample;
    }

    private double CpuShare(double cpus)
    {
        long now = _time.GetTimestamp();
        TimeSpan cpu = _source.CpuTime;
        double allowed = _time.GetElapsedTime(_lastTime, now).TotalSeconds * cpus;
        double used = (cpu - _lastCpu).TotalSeconds;
        _lastTime = now;
        _lastCpu = cpu;
        return allowed > 0 ? Math.Clamp(used / allowed, 0, 1) : 0;
    }

    private long MeanService(WorkerLoadSnapshot load)
    {
        long finished = load.Finished - _lastLoad.Finished;
        return finished > 0 ? Math.Max(0, load.ServiceMicros - _lastLoad.ServiceMicros) / finished : 0;
    }

    /// <summary>The line reads "MemTotal:       16384 kB". Elsewhere than on Linux the runtime knows.</summary>
    private long MachineBytes()
    {
        const string Name = "MemTotal:";
        string text = _source.Read("/proc/meminfo") ?? "";
        int start = text.IndexOf(Name, StringComparison.Ordinal);
        if (start < 0) return _source.MemoryBytes;
        ReadOnlySpan<char> rest = text.AsSpan(start + Name.Length);
        int end = rest.IndexOf("kB", StringComparison.Ordinal);
        return end > 0 && long.TryParse(rest[..end].Trim(), out long kilobytes) ? kilobytes * 1_024 : _source.MemoryBytes;
    }
}
