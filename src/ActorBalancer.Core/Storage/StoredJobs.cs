namespace ActorBalancer.Storage;

/// <summary>Jobs read back in key order, none of them final.</summary>
internal sealed class StoredJobs
{
    public required JobBatch Jobs { get; init; }

    public required long[] Keys { get; init; }

    /// <summary>Attempts used up (crashes count, releases do not).</summary>
    public required int[] Used { get; init; }

    public required int[] Crashes { get; init; }

    /// <summary>Runs that started so far: the next attempt's number less one.</summary>
    public required int[] Runs { get; init; }

    /// <summary>Unix milliseconds when due; 0: now.</summary>
    public required long[] RunAt { get; init; }

    public required long[] SubmittedUnixMs { get; init; }
}
