namespace ActorBalancer.Storage;

/// <summary>What few jobs have: an error, or more than one run.</summary>
internal sealed class MemoryRuns
{
    /// <summary>All runs but the newest, oldest first.</summary>
    public List<JobAttempt>? Earlier { get; set; }

    /// <summary>The newest run's error.</summary>
    public string? Error { get; set; }

    /// <summary>An error that came later, without a run: the job was lost before it started, or was given up while it waited.</summary>
    public string? Note { get; set; }
}
