using ActorBalancer.Load;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>
/// Weights: the metrics actor decides them, from what this machine tells it of runs among others, and they are known from nowhere else. When it
/// falls silent they stay as they are for a time, and then what was learned no longer counts.
/// </summary>
internal sealed partial class Dispatcher
{
    private static readonly long WeightsLast = (long)Learning.Expiry.TotalMicroseconds;

    private long _weightsVersion;
    private long _weightsAt;

    /// <summary>The weights from the metrics actor, which repeats them while nothing changes; an older version is dropped.</summary>
    public void WeightsChanged(Weights weights)
    {
        if (weights.Version >= _weightsVersion)
            _weightsAt = Now.Micros;
        if (weights.Version <= _weightsVersion)
            return;
        _weightsVersion = weights.Version;
        bool changed = false;
        foreach (WorkerWeight weight in weights.Workers)
        {
            if (_fleet.Find(weight.WorkerIncarnation) is { } link)
                changed |= SetWeight(link, weight);
        }
        if (!changed)
            return;
        foreach (WorkerLink link in _fleet.Links)
        {
            // The mean of the others, which is what it counts as, is another one now.
            if (link.Effective < 0)
                _fleet.Changed(link.Row);
        }
    }

    /// <summary>Some runs have ended since the last <see cref="TakeTallies"/>.</summary>
    public bool HasTallies { get; private set; }

    /// <summary>What became of runs since the last call, for the metrics actor.</summary>
    public RunTally[] TakeTallies()
    {
        HasTallies = false;
        List<RunTally> all = [];
        foreach (WorkerLink link in _fleet.Links)
        {
            for (int kind = 0; kind < link.Tallies.Length; kind++)
            {
                ref KindTally tally = ref link.Tallies[kind];
                if (tally.Succeeded + tally.Failed == 0)
                    continue;
                all.Add(new RunTally(link.Incarnation, _kindNames[kind], tally.Succeeded, tally.Failed, tally.LogSum, tally.LogSquares));
                tally = default;
            }
        }
        return [.. all];
    }

    private bool SetWeight(WorkerLink link, in WorkerWeight weight)
    {
        bool changed = link.Effective != weight.Effective || !link.Factors.SequenceEqual(weight.Factors);
        link.Speed = weight.Speed;
        Eject(link, weight.Ejected);
        if (!changed)
            return false;
        LogWeight(link, in weight);
        link.Effective = weight.Effective;
        link.Factors = weight.Factors;
        _fleet.Changed(link.Row);
        if (weight.Effective == 0)
            Unline(link);
        return true;
    }

    private void Eject(WorkerLink link, string? reason)
    {
        if (link.Ejected == reason)
            return;
        bool was = link.Ejected is not null;
        link.Ejected = reason;
        LogRow(link, reason is null ? "back from ejection, on trial" : $"ejected: {reason}", WeightOf(link));
        _fleet.Changed(link.Row);
        if (reason is not null)
        {
            Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerEjected, link.Name, link.InFlight, reason));
            Unline(link);
        }
        else if (was && link.TakesJobs)
            Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerReturned, link.Name, link.InFlight));
    }

    /// <summary>Nothing has been heard of the metrics actor for so long that what it said may be wrong by now.</summary>
    private void ExpireWeights()
    {
        if (_weightsAt == 0 || Now.Micros - _weightsAt < WeightsLast)
            return;
        // Whoever speaks next may be another one, which counts its versions from the beginning.
        (_weightsAt, _weightsVersion) = (0, 0);
        foreach (WorkerLink link in _fleet.Links)
        {
            (link.Effective, link.Factors, link.Speed) = (link.Weight, [], 1);
            LogRow(link, "the metrics actor is silent: what it said has expired", link.Weight);
            Eject(link, null);
            _fleet.Changed(link.Row);
        }
    }

    private void Tally(WorkerLink link, int kind, in FinishedRun run, AttemptOutcome outcome, long sentUnixMs)
    {
        if (link.Tallies.Length <= kind)
            Array.Resize(ref link.Tallies, Math.Max(kind + 1, _kindNames.Count));
        ref KindTally tally = ref link.Tallies[kind];
        HasTallies = true;
        bool failed = outcome is AttemptOutcome.Failed or AttemptOutcome.Retry;
        LearnOutcome(link, kind, failed, sentUnixMs);
        if (failed)
        {
            tally.Failed++;
            return;
        }
        double log = Math.Log(Math.Max(1, run.DurationMicros));
        tally.Succeeded++;
        tally.LogSum += log;
        tally.LogSquares += log * log;
    }

    /// <summary>What the worker holds of ours by its report, and what other routers have there: all that it holds less that.</summary>
    private void ReadShares(WorkerLink link, WorkerReport report)
    {
        int own = Math.Max(0, link.InFlight - link.UnderWay);
        int others = Math.Max(0, report.Running + report.Queued - own);
        _fleet.Share.Change(own - link.OwnReported, others - link.Others);
        (link.OwnReported, link.Others) = (own, others);
    }

    private int WeightOf(WorkerLink link) => link.Effective >= 0 ? link.Effective : UnknownWeight();

    private int UnknownWeight()
    {
        long sum = 0;
        int known = 0;
        foreach (WorkerLink link in _fleet.Links)
        {
            if (link.Effective < 0 || link.State == WorkerState.Gone)
                continue;
            sum += link.Effective;
            known++;
        }
        return known == 0 ? 1000 : (int)(sum / known);
    }
}
