namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>All that is known of a round once everything has healed and drained.</summary>
/// <param name="Submissions">What producers asked for, and were told.</param>
/// <param name="Ledger">What ran.</param>
/// <param name="Histories">What the system says of each job that was accepted, by id; what it does not know is missing.</param>
/// <param name="Faults">What was done to it.</param>
/// <param name="Lease">Microseconds without contact after which a run may be repeated elsewhere.</param>
internal sealed record Evidence(
    IReadOnlyList<Submission> Submissions, Ledger Ledger, IReadOnlyDictionary<string, JobHistory> Histories, FaultLog Faults, long Lease);
