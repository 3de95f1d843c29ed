using ActorBalancer.Load;

namespace ActorBalancer.Cluster.Worker;

/// <summary>A worker's own figures, written by its slots and read by the metrics actor without a message.</summary>
internal sealed class WorkerLoad
{
    private int _running;
    private int _queued;
    private long _finished;
    private long _serviceMicros;

    /// <summary>Jobs in slots.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Jobs that wait for a slot.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Runs that ended since the start.</summary>
    public long Finished => Volatile.Read(ref _finished);

    /// <summary>How long they ran together, microseconds.</summary>
    public long ServiceMicros => Volatile.Read(ref _serviceMicros);

    /// <summary>For the metrics actor.</summary>
    public WorkerLoadSnapshot Snapshot() => new(Running, Queued, Finished, ServiceMicros);

    public void Set(int running, int queued, long finished, long serviceMicros)
    {
        Volatile.Write(ref _running, running);
        Volatile.Write(ref _queued, queued);
        Volatile.Write(ref _finished, finished);
        Volatile.Write(ref _serviceMicros, serviceMicros);
    }
}
