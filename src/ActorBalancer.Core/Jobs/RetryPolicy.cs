using ActorBalancer.Options;

namespace ActorBalancer;

/// <summary>
/// When a failed job runs again, and when it is given up. The wait after the n-th failure is first x 2^(n-1), at most the
/// cap, then spread by the jitter up or down, so that it is never longer than cap x (1 + jitter).
/// </summary>
/// <param name="Attempts">How many attempts a job has that does not say.</param>
/// <param name="FirstMs">Milliseconds after the first failure.</param>
/// <param name="CapMs">The longest wait before it is spread, milliseconds.</param>
/// <param name="Jitter">0 to 1.</param>
internal readonly record struct RetryPolicy(int Attempts, long FirstMs, long CapMs, double Jitter)
{
    /// <summary>Of a queue's options.</summary>
    public static RetryPolicy Of(QueueOptions queue) => new(
        queue.Attempts,
        (long)queue.Backoff.First.TotalMilliseconds,
        (long)queue.Backoff.Cap.TotalMilliseconds,
        queue.Backoff.Jitter);

    /// <summary>True: no attempt is left.</summary>
    /// <param name="used">Attempts used up; crashes count, releases do not.</param>
    /// <param name="allowed">The job's own number; 0: the queue's.</param>
    public bool IsSpent(int used, int allowed) => used >= (allowed > 0 ? allowed : Attempts);

    /// <summary>Milliseconds to wait after so many failures, at least 1.</summary>
    /// <param name="failures">From 1.</param>
    /// <param name="dice">The caller's draw, 0 up to but not 1; one half gives the wait without its spread.</param>
    public long DelayMs(int failures, double dice)
    {
        // Doubles reach infinity and never wrap, so the thousandth failure waits as long as the cap says.
        double wait = Math.Min(CapMs, FirstMs * Math.Pow(2, Math.Max(failures, 1) - 1));
        return Math.Max(1, (long)Math.Round(wait * (1 + Jitter * (2 * dice - 1))));
    }
}
