using ActorBalancer.Strategies;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>The links to the workers: hello and adoption, reports, batches and their resending, silence and death.</summary>
internal sealed partial class Dispatcher
{
    private readonly Dictionary<long, long> _retired = [];

    /// <summary>Kinds that a worker is about to register; jobs of them wait for it.</summary>
    public void KindsKnown(string[] kinds)
    {
        foreach (string kind in kinds)
            KindNumber(kind);
    }

    /// <summary>
    /// A worker introduces itself, for the first time or again (rule 9). Returns its row; the shell welcomes it and sends
    /// that row's batches to it. -1: a newer process of that name has said hello, this one is of the past.
    /// </summary>
    /// <param name="hello">What it says.</param>
    /// <param name="isCurrent">
    /// It knows of all queues that this incarnation has taken over. False: what it holds may be more by now, and it will say so again.
    /// </param>
    public int WorkerHello(WorkerHello hello, bool isCurrent = true)
    {
        WorkerLink? earlier = _fleet.FindByName(hello.Name);
        if (earlier is not null && earlier.Incarnation > hello.WorkerIncarnation)
            return -1;
        if (earlier is not null && earlier.Incarnation < hello.WorkerIncarnation)
            WorkerGone(earlier.Incarnation, "a newer process of the same name said hello", crashed: true);
        WorkerLink? link = _fleet.Find(hello.WorkerIncarnation);
        if (link is null)
        {
            link = new WorkerLink { Row = _fleet.FreeRow(), Incarnation = hello.WorkerIncarnation, Name = hello.Name, Id = SourceHash.Of(hello.Name), JoinedMicros = Now.Micros };
            _fleet.Add(link);
            Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerJoined, hello.Name, hello.Slots, string.Join(", ", hello.Kinds)));
        }
        else if (link.State != WorkerState.Up)
            Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerBack, hello.Name, link.InFlight));
        link.State = WorkerState.Up;
        link.Removed = false;
        link.Slots = hello.Slots;
        link.Weight = hello.Weight;
        link.Version = hello.Version;
        link.StartedUnixMs = hello.StartedUnixMs;
        link.LastContactMicros = Now.Micros;
        link.StateDue = true;
        foreach (string kind in hello.Kinds)
            link.Kinds.Add(KindNumber(kind));
        foreach (QueueState queue in _rotation)
        {
            foreach (Lane lane in queue.Lanes)
                lane.SaidUnoffered &= !link.Kinds.Contains(lane.Kind);
        }
        DrainStated(link, hello.Draining);
        _fleet.Changed(link.Row);
        if (!isCurrent)
            return link.Row;
        TakeBackGone(link, hello.Held);
        TakeBackOffers(link, hello.Held);
        Adopt(link, hello.Held);
        Adopt(link, Array.ConvertAll(hello.Left, run => run with { IsLeft = true }));
        link.SaidHello = true;
        EndOffers(link);
        return link.Row;
    }

    /// <summary>A worker's absolutes and outcomes; false when no such worker has said hello, then it is welcomed anew.</summary>
    public bool WorkerReported(WorkerReport report)
    {
        if (_fleet.Find(report.WorkerIncarnation) is not { } link || link.State == WorkerState.Gone)
            return false;
        // Of an earlier incarnation's link, whose counters are not ours: a worker that does not know us yet is told.
        if (report.RouterIncarnation != _incarnation)
            return link.Synchronised;
        link.LastContactMicros = Now.Micros;
        if (!link.Synchronised)
        {
            // Only a full report starts with the oldest outcome that the worker keeps.
            if (report.Held is null)
                return true;
            Synchronise(link, report);
        }
        ReadOutcomes(link, report);
        if (report.Number <= link.ReportSeen)
            return true;
        link.ReportSeen = report.Number;
        link.ReportMicros = Now.Micros;
        // The credit counts outcomes; those that are not read yet, of runs that we do not count as in flight either, must not make room twice.
        long unread = Math.Max(0, report.FirstOutcome + report.Outcomes.Length - 1 - link.OutcomesRead);
        link.Credit = Math.Max(link.Credit, report.Credit - unread);
        link.Running = report.Running;
        link.Queued = report.Queued;
        while (link.Unconfirmed.TryPeek(out (AssignBatch Batch, long _) oldest) && oldest.Batch.Number <= report.BatchSeen)
            link.Unconfirmed.Dequeue();
        ReadShares(link, report);
        if (report.Held is not null)
        {
            CountStrays(link, report.Held);
            ResendGap(link, report.BatchSeen);
            WelcomeAgain(link, report);
            // A process that reports is there, whoever was removed at its address.
            link.Removed = false;
            WorkerReachable(link.Incarnation);
        }
        DrainStated(link, report.Draining);
        _fleet.Changed(link.Row);
        return true;
    }

    private void CountStrays(WorkerLink link, HeldRun[] held)
    {
        link.Strays.Clear();
        foreach (HeldRun run in held)
        {
            if (run.Token.Incarnation == _incarnation && !IsInFlight(run.Token, link))
                link.Strays.Add(run.Token);
        }
    }

    private bool IsInFlight(RunToken token, WorkerLink link) =>
        (uint)token.Slot < (uint)_table.High && _table[token.Slot] is { State: EntryState.Sent, Adopted: false } entry
        && entry.Generation == token.Generation && entry.Worker == link.Row;

    /// <summary>Unreachable: no new jobs, its line is picked again, what it runs is kept.</summary>
    public void WorkerSilent(long incarnation)
    {
        if (_fleet.Find(incarnation) is not { State: WorkerState.Up } link)
            return;
        link.State = WorkerState.Silent;
        Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerSilent, link.Name, link.InFlight));
        _fleet.Changed(link.Row);
        Unline(link);
    }

    /// <summary>
    /// Reachable again; it also says hello, which states what it holds. One that was removed comes back by its hello alone: what can
    /// be reached at its address may be another process.
    /// </summary>
    public void WorkerReachable(long incarnation)
    {
        if (_fleet.Find(incarnation) is not { State: WorkerState.Silent, Removed: false } link)
            return;
        link.State = WorkerState.Up;
        link.StateDue = true;
        Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerBack, link.Name, link.InFlight));
        _fleet.Changed(link.Row);
    }

    /// <summary>Evidence that the process is gone: its jobs are lost now, and run elsewhere once that is stored (rule 10).</summary>
    public void WorkerGone(long incarnation, string evidence) => WorkerGone(incarnation, evidence, crashed: true);

    private void WorkerGone(long incarnation, string evidence, bool crashed)
    {
        if (_fleet.Find(incarnation) is not { } link || link.State == WorkerState.Gone)
            return;
        LogRow(link, "gone", 0, isOut: true);
        bool drained = (link.Draining || link.Leaving) && link.InFlight == 0;
        link.State = WorkerState.Gone;
        _fleet.Changed(link.Row);
        Unline(link);
        Effects.Notices.Add(new DispatchNotice(NoticeKind.WorkerLost, link.Name, link.InFlight, drained ? "it left after its drain" : evidence));
        LoseRuns(link, crashed);
        link.Unconfirmed.Clear();
        link.PendingCount = 0;
        link.PendingBytes = 0;
        // Even evidence may be wrong: should it come back, no number of a batch is used twice.
        _retired[link.Incarnation] = link.LastNumber;
        foreach ((long key, List<(HeldRun Run, WorkerLink Link)> offers) in _offered.ToArray())
        {
            if (offers.RemoveAll(offer => offer.Link == link) > 0 && offers.Count == 0)
                _offered.Remove(key);
        }
        _fleet.Remove(link);
        Effects.Gone.Add(link.Incarnation);
        HeardOf(link.Name);
    }

    /// <summary>
    /// The first full report of a link gives its counters. A worker that was given up in silence and came back may still get
    /// batches of before: their numbers are used up by empty ones, never given to others.
    /// </summary>
    private void Synchronise(WorkerLink link, WorkerReport report)
    {
        link.Synchronised = true;
        link.LastNumber = report.BatchSeen;
        link.OutcomesRead = link.OutcomesCommitted = link.OutcomesTold = report.FirstOutcome - 1;
        if (!_retired.Remove(link.Incarnation, out long last))
            return;
        while (link.LastNumber < last)
        {
            AssignBatch empty = Header(link, ++link.LastNumber, []);
            link.Unconfirmed.Enqueue((empty, Now.Micros));
            SendBatch(link, empty);
        }
    }

    /// <summary>The state reports, one a second, are the time to look for batches that got lost on the way.</summary>
    private void ResendGap(WorkerLink link, long seen)
    {
        if (!_mayAssign)
            return;
        foreach ((AssignBatch batch, long sent) in link.Unconfirmed)
        {
            if (batch.Number > seen && Now.Micros - sent > Moment.PerSecond / 2)
                Effects.Sends.Add((link.Row, Header(link, batch.Number, batch.Jobs)));
        }
    }

    private void FlushLink(WorkerLink link)
    {
        if (link.PendingCount > 0)
            SealBatch(link);
        // Before that its counters are unknown; what is due stays due.
        if (!link.Synchronised)
            return;
        // A worker that keeps too many outcomes grants no credit: where commits take their time, no batch may be left to bring it the word.
        bool acksDue = link.OutcomesCommitted - link.OutcomesTold >= Math.Clamp(link.Slots, 1, 64) || ((link.Draining || link.Leaving) && link.OutcomesCommitted != link.OutcomesTold);
        if (link.StateDue || acksDue)
            SendBatch(link, Header(link, 0, []));
        link.StateDue = false;
    }

    private void SealBatch(WorkerLink link)
    {
        AssignedJob[] jobs = link.Pending.AsSpan(0, link.PendingCount).ToArray();
        link.Pending.AsSpan(0, link.PendingCount).Clear();
        link.PendingCount = 0;
        link.PendingBytes = 0;
        AssignBatch batch = Header(link, ++link.LastNumber, jobs);
        link.Unconfirmed.Enqueue((batch, Now.Micros));
        SendBatch(link, batch);
    }

    private void SendBatch(WorkerLink link, AssignBatch batch)
    {
        link.OutcomesTold = batch.OutcomesCommitted;
        link.StateDue = false;
        Effects.Sends.Add((link.Row, batch));
    }

    private AssignBatch Header(WorkerLink link, long number, AssignedJob[] jobs) => new()
    {
        RouterIncarnation = _incarnation,
        WorkerIncarnation = link.Incarnation,
        Number = number,
        LastNumber = link.LastNumber,
        ReportSeen = link.ReportSeen,
        OutcomesCommitted = link.OutcomesCommitted,
        Cancels = link.Cancels.Count == 0 ? [] : [.. link.Cancels],
        Drain = link.DrainOrdered,
        Jobs = jobs,
    };

    private int KindNumber(string kind)
    {
        if (_kinds.TryGetValue(kind, out int number))
            return number;
        _kinds.Add(kind, _kindNames.Count);
        _kindNames.Add(kind);
        return _kindNames.Count - 1;
    }
}
