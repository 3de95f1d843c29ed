namespace ActorBalancer.Dispatch;

/// <summary>
/// How much of its queues a dispatcher has in memory. A stream is what is read from the store in one order: the jobs of one queue, kind and
/// priority that can be dispatched, and the delayed ones of one queue and kind. Of each the first ones are in memory.
/// </summary>
internal sealed record DispatchLimits
{
    /// <summary>For a store that keeps what waits on disk.</summary>
    public static DispatchLimits Durable { get; } = new();

    /// <summary>Jobs that may wait, over all queues; one more is refused.</summary>
    public long MaxWaiting { get; init; } = long.MaxValue;

    /// <summary>Jobs of a stream that wait in memory.</summary>
    public int StreamJobs { get; init; } = 32_768;

    /// <summary>Bytes of their payloads.</summary>
    public long StreamBytes { get; init; } = 8L << 20;

    /// <summary>Where there are very many streams, each gets its share of so many jobs, and of payloads accordingly; but not less than 64 jobs.</summary>
    public int AllJobs { get; init; } = 524_288;

    /// <summary>Jobs of one source in memory where a queue keeps their order: only the first of them can run.</summary>
    public int SourceJobs { get; init; } = 16;

    /// <summary>Jobs that one reading from the store brings.</summary>
    public int LoadJobs { get; init; } = 4_096;

    /// <summary>
    /// Callers' transactions live and die with this process, and hold the store's only lock: keys are set aside in memory alone.
    /// </summary>
    public bool ReservesInMemory { get; init; }

    public bool IsBounded => StreamJobs < int.MaxValue;

    /// <summary>For a store that has everything in memory anyway: so has the dispatcher, up to a bound on all of it.</summary>
    public static DispatchLimits Memory(long maxWaiting) => new()
    {
        MaxWaiting = maxWaiting,
        StreamJobs = int.MaxValue,
        StreamBytes = long.MaxValue,
        SourceJobs = int.MaxValue,
        LoadJobs = 16_384,
    };
}
