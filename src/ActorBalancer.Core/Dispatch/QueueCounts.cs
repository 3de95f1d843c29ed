namespace ActorBalancer.Dispatch;

/// <summary>What happened in a queue since this incarnation began; counted with an increment a job, since the router has no time for more.</summary>
internal sealed class QueueCounts
{
    /// <summary>The longest response time of each bucket but the last, in milliseconds.</summary>
    public static ReadOnlySpan<int> Bounds => [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 1_800_000];

    public long Accepted;
    public long Succeeded;
    public long Discarded;
    public long Cancelled;
    public long Died;

    /// <summary>Attempts that failed or asked for another one, and got it.</summary>
    public long Retried;

    /// <summary>Runs that were lost with their worker.</summary>
    public long Lost;

    /// <summary>Jobs by their response time: from when somebody wanted them to run until they were final.</summary>
    public long[] Responses { get; init; } = new long[Bounds.Length + 1];

    /// <summary>The sum of all response times.</summary>
    public long ResponseMs;

    public void Ended(JobState state, long responseMs)
    {
        switch (state)
        {
            case JobState.Succeeded: Succeeded++; break;
            case JobState.Discarded: Discarded++; break;
            case JobState.Cancelled: Cancelled++; break;
            default: Died++; break;
        }
        // The wall clock may have been set back.
        responseMs = Math.Max(0, responseMs);
        ResponseMs += responseMs;
        ReadOnlySpan<int> bounds = Bounds;
        int bucket = 0;
        while (bucket < bounds.Length && responseMs > bounds[bucket])
            bucket++;
        Responses[bucket]++;
    }

    /// <summary>As it is now.</summary>
    public QueueCounts Copy() => new()
    {
        Accepted = Accepted,
        Succeeded = Succeeded,
        Discarded = Discarded,
        Cancelled = Cancelled,
        Died = Died,
        Retried = Retried,
        Lost = Lost,
        Responses = [.. Responses],
        ResponseMs = ResponseMs,
    };
}
