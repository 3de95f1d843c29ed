namespace ActorBalancer.Cluster.Worker;

/// <summary>
/// Handlers that block threads must not starve the cluster's heartbeats: with 20 of them on the default pool a node was
/// unreachable for 11 s, since the pool adds a thread or two a second. With a minimum above the slots, 300 did no harm.
/// </summary>
internal static class ThreadPoolFloor
{
    // For Akka's dispatchers, timers and sockets, above one thread a core.
    private const int Reserve = 8;

    /// <summary>Threads that the pool should have at least for a worker of so many slots.</summary>
    public static int For(int slots) => slots + Environment.ProcessorCount + Reserve;

    /// <summary>True: the pool makes fewer at once.</summary>
    public static bool IsLow(int floor)
    {
        ThreadPool.GetMinThreads(out int workers, out _);
        return workers < floor;
    }

    /// <summary>For our own executable only: a guest leaves its host's pool alone.</summary>
    public static void Raise(int slots)
    {
        ThreadPool.GetMinThreads(out int workers, out int ports);
        int floor = For(slots);
        if (floor > workers)
            ThreadPool.SetMinThreads(floor, ports);
    }
}
