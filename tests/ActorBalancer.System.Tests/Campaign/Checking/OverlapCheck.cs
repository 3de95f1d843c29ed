using ActorBalancer.CampaignNode;

namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>
/// Finds runs of one job that were under way at the same time, and what in the log of faults explains them: nothing else
/// does, least of all the system's own word.
/// </summary>
internal sealed class OverlapCheck(Evidence evidence)
{
    private readonly IReadOnlyList<FaultLog.Death> _deaths = evidence.Faults.Deaths;
    private readonly IReadOnlyList<FaultLog.Silence> _silences = evidence.Faults.Silences;
    private readonly IReadOnlyList<FaultLog.Leaving> _leavings = evidence.Faults.Leavings;

    /// <param name="runs">Of one job, in the order in which they started.</param>
    /// <param name="verdict">Gets what is found.</param>
    public void Check(List<LedgerRun> runs, Verdict verdict)
    {
        for (int i = 1; i < runs.Count; i++)
        {
            foreach (LedgerRun earlier in runs.Take(i).Where(r => IsRepeated(r, runs[i])))
                verdict.Repeated.Add($"job {earlier.Id} ({earlier.Key}): {earlier} and {runs[i]}");
            foreach (LedgerRun earlier in runs.Take(i).Where(r => EndOf(r) > runs[i].Start))
            {
                if (IsExplained(earlier, runs[i]))
                    verdict.OverlapsExplained++;
                else
                    verdict.OverlapsUnexplained.Add($"job {earlier.Id} ({earlier.Key}): {earlier} and {runs[i]}");
            }
        }
    }

    /// <summary>What a live worker has is its to end: its next run must have an excuse.</summary>
    private bool IsRepeated(LedgerRun earlier, LedgerRun later) =>
        earlier.How != RunEnding.Failed
        && !IsExplained(earlier, later)
        && !_deaths.Any(d => d.Node == earlier.Node && d.Pid == earlier.Pid && (d.At <= later.Start || !d.ByUs));

    /// <summary>A run that a killed process did not end lasted until the kill; in one that ended itself, until its last sign at least.</summary>
    private long EndOf(LedgerRun run)
    {
        if (run.End is { } end)
            return end;
        FaultLog.Death? death = _deaths.FirstOrDefault(d => d.Node == run.Node && d.Pid == run.Pid);
        if (death is null)
            return long.MaxValue;
        return death.ByUs ? death.At : evidence.Ledger.LastSign(run.Node, run.Pid);
    }

    private bool IsExplained(LedgerRun earlier, LedgerRun later) =>
        earlier.CancelledAt < later.Start
        || _leavings.Any(l => l.Node == earlier.Node && l.Pid == earlier.Pid && l.At < later.Start)
        || _silences.Any(s =>
            (s.IsRouter || s.Node == earlier.Node)
            && s.From + evidence.Lease <= later.Start
            && (s.To ?? long.MaxValue) - s.From >= evidence.Lease
            && (s.To ?? long.MaxValue) >= earlier.Start);
}
