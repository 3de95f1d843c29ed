namespace ActorBalancer.Benchmarks.Durable;

/// <summary>What Hangfire runs; it calls nothing but public methods.</summary>
public static class HangfireJob
{
    private static int s_jobs;
    private static uint s_sum;

    internal static (int Jobs, uint Sum) Done => (Volatile.Read(ref s_jobs), Volatile.Read(ref s_sum));

    /// <summary>The job.</summary>
    public static void Work(string text)
    {
        // The sum first: who sees all jobs counted sees all sums.
        Interlocked.Add(ref s_sum, PeerPayload.Checksum(text));
        Interlocked.Increment(ref s_jobs);
    }

    internal static void Reset() => (s_jobs, s_sum) = (0, 0);
}
