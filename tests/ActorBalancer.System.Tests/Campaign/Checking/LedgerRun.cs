using ActorBalancer.CampaignNode;

namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>One run of a job as its handler wrote it down. Times in microseconds of the machine's monotonic clock.</summary>
/// <param name="Name">No other run has it.</param>
/// <param name="Node">The worker.</param>
/// <param name="Pid">The worker's process.</param>
/// <param name="Key">The payload's.</param>
/// <param name="Id">The job's.</param>
/// <param name="Attempt">As the worker was told.</param>
/// <param name="Fence">The incarnation that assigned it.</param>
/// <param name="Queue">The job's.</param>
/// <param name="Start">When.</param>
internal sealed record LedgerRun(string Name, string Node, int Pid, string Key, string Id, int Attempt, long Fence, string Queue, long Start)
{
    /// <summary>When its handler heard that it is cancelled.</summary>
    public long? CancelledAt { get; set; }

    /// <summary>Null: nothing says that it ended.</summary>
    public long? End { get; set; }

    public RunEnding? How { get; set; }
}
