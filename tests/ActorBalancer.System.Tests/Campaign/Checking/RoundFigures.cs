using ActorBalancer.CampaignNode;

namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>How fast a round recovered. Measured and shown, never judged.</summary>
internal static class RoundFigures
{
    /// <summary>Milliseconds from a fault to the next start of each job whose run it broke off, and of the first one by a router's successor.</summary>
    public static IReadOnlyList<double> Redispatches(Evidence evidence) => [.. OfWorkers(evidence), .. OfRouters(evidence)];

    /// <summary>From the death, or the beginning of a silence above the lease, of a worker.</summary>
    public static IEnumerable<double> OfWorkers(Evidence evidence)
    {
        foreach (List<LedgerRun> runs in evidence.Ledger.Runs.GroupBy(r => r.Id).Select(g => g.ToList()))
        {
            for (int i = 1; i < runs.Count; i++)
            {
                LedgerRun before = runs[i - 1], next = runs[i];
                if (BrokenOff(before, evidence) is { } at && at < next.Start)
                    yield return (next.Start - at) / 1_000.0;
            }
        }
    }

    /// <summary>From the death of a router to the first start of a job in each of its queues, which another incarnation assigned.</summary>
    public static IEnumerable<double> OfRouters(Evidence evidence)
    {
        IReadOnlyList<LedgerRun> runs = evidence.Ledger.Runs;
        foreach (FaultLog.Death death in evidence.Faults.Deaths.Where(d => d is { IsRouter: true, ByUs: true }))
        {
            foreach (IGrouping<string, LedgerRun> queue in runs.GroupBy(r => r.Queue))
            {
                long owner = queue.Where(r => r.Start <= death.At).Select(r => r.Fence).DefaultIfEmpty().Max();
                // What it had assigned may still start for a moment; in a queue that was not its own the owner stays who it is.
                LedgerRun? next = queue.FirstOrDefault(r => r.Start > death.At && r.Fence > owner);
                LedgerRun? last = queue.LastOrDefault(r => r.Fence == owner);
                if (next is not null && (last is null || last.Start < next.Start))
                    yield return (next.Start - death.At) / 1_000.0;
            }
        }
    }

    /// <summary>The longest time between two jobs that were done, in milliseconds.</summary>
    public static double LongestGap(Ledger ledger)
    {
        long[] ends = [.. ledger.Runs.Where(r => r.How == RunEnding.Ok).Select(r => r.End!.Value).Order()];
        return ends.Length < 2 ? 0 : ends.Zip(ends.Skip(1), (a, b) => b - a).Max() / 1_000.0;
    }

    private static long? BrokenOff(LedgerRun run, Evidence evidence)
    {
        FaultLog.Death? death = evidence.Faults.Deaths.FirstOrDefault(d => d.ByUs && d.Node == run.Node && d.Pid == run.Pid);
        if (run.End is null && death is not null)
            return death.At;
        return evidence.Faults.Silences.FirstOrDefault(s =>
            !s.IsRouter && s.Node == run.Node && s.From > run.Start && (run.End ?? long.MaxValue) > s.From
            && (s.To ?? long.MaxValue) - s.From >= evidence.Lease)?.From;
    }
}
