namespace ActorBalancer.Work;

/// <content>What goes out on a link: hellos, credit, outcomes.</content>
internal sealed partial class WorkerCore
{
    // An envelope costs the same whatever it holds, so outcomes share one; a report must still stay under the frame limit.
    public const int ReportOutcomes = 64;
    private const int LargestReportOutcomes = 256;
    private const int LargestReportBytes = 96 << 10;

    // Outcomes wait for company only as long as nobody notices.
    public const long ReportHold = Moment.PerMillisecond;

    // A run that has lasted longer than this is no reason to hold the outcomes of others.
    private const long JustBegun = Moment.PerMillisecond / 16;

    // Kept results are bounded in bytes too: large ones would exhaust memory long before their number does.
    private const long MaxKeptBytes = 4 << 20;

    private long _hellos;

    private void SayHello(RouterRoute way, Moment now)
    {
        way.HelloAt = now.Micros + (way.Present ? HelloInterval : KnockInterval);
        way.HelloSentMicros = now.Micros;
        way.HellosUnanswered++;
        way.HelloNumber = ++_hellos;
        Need(way.HelloAt);
        List<HeldRun> held = [];
        foreach (RouterRoute any in _routes)
        {
            // The router must not run again what has ended here but is not stored yet.
            for (int i = 0; any.Link is { } link && i < link.Outcomes.Count; i++)
            {
                HeldRun ended = link.Outcomes.Held(i);
                if (ended.StartedUnixMs != 0)
                    held.Add(ended);
            }
        }
        ListHeld(held, null);
        Effects.Hellos.Add((way.Number, new WorkerHello
        {
            WorkerIncarnation = _identity.Incarnation,
            Name = _identity.Name,
            Slots = _slots.Length,
            Weight = _identity.Weight,
            Kinds = _identity.Kinds,
            LifePort = _identity.LifePort,
            Version = _identity.Version,
            StartedUnixMs = _startedUnixMs,
            Held = [.. held],
            Left = [.. _identity.Left],
            Draining = _draining,
            Number = way.HelloNumber,
            HeardIncarnation = way.HeardIncarnation,
            HeardRound = way.HeardRound,
        }));
    }

    /// <summary>Sends what must not wait, and holds what may.</summary>
    private void Settle(WorkerLink link, Moment now)
    {
        if (!_routes[link.Route].Open)
            return;
        long fresh = link.Outcomes.Next - 1 - link.Outcomes.Sent;
        if (fresh > 0)
        {
            if (!MayHold(link, fresh, now))
            {
                SendLight(link, now);
            }
            else if (link.HeldSince == 0)
            {
                link.HeldSince = now.Micros;
                Need(now.Micros + ReportHold);
            }
        }
        else if (HasGap(link) && link.GapReported != link.BatchSeen)
        {
            link.GapReported = link.BatchSeen;
            SendLight(link, now);
        }
        else if (CreditMatters(link, now))
        {
            SendLight(link, now);
        }
    }

    /// <summary>
    /// Outcomes are held only while the report is not full, more of them are sure to come at once, a report that is worth its
    /// envelope fills within a millisecond, and the router is not about to run out of credit. So an idle worker's outcome leaves at once.
    /// </summary>
    private bool MayHold(WorkerLink link, long fresh, Moment now)
    {
        if (fresh >= LargestReportOutcomes || _draining || _prefetch.MeanRun == 0 || !MoreComes(now))
            return false;
        if (link.HeldSince != 0 && now.Micros - link.HeldSince >= ReportHold)
            return false;
        if (ReportOutcomes * _prefetch.MeanRun / _slots.Length > ReportHold)
            return false;
        long window = link.CreditSent - link.Done + fresh;
        long left = link.CreditSent - link.Received;
        return left * 2 >= window || fresh * 4 < window;
    }

    /// <summary>Jobs wait for every slot that frees, or the newest run has only just begun and will end as soon as this one did.</summary>
    private bool MoreComes(Moment now)
    {
        if (_waiting.Count > 0)
            return true;
        ref Slot newest = ref _slots[_newestSlot];
        return newest.State == SlotState.Running && now.Micros - newest.StartedMicros < JustBegun;
    }

    private static bool HasGap(WorkerLink link) => link.BatchKnown > link.BatchSeen && !link.Suspended;

    /// <summary>More credit is worth a message of its own only to a router that is short of it, and then not for crumbs.</summary>
    private bool CreditMatters(WorkerLink link, Moment now)
    {
        long grown = CreditOf(link, now) - link.CreditSent;
        if (grown <= 0)
            return false;
        long left = link.CreditSent - link.Received;
        long window = link.Credit - link.Done;
        return left * 2 < window && _waiting.Count * 2 < window && (left <= 0 || grown * 4 >= window);
    }

    private long CreditOf(WorkerLink link, Moment now)
    {
        bool keepsTooMuch = link.Outcomes.Count >= _maxKept || link.Outcomes.Bytes >= MaxKeptBytes;
        if (_draining || _contactLost || link.RouterDrains || link.Suspended || keepsTooMuch)
            return link.Credit;
        int sharers = 0;
        foreach (RouterRoute way in _routes)
        {
            if (way is { Present: true, Link: { } other } && (other == link || other.HasDemand(now)))
                sharers++;
        }
        int capacity = Math.Max(0, _slots.Length - _abandoned - _adopted);
        sharers = Math.Max(1, sharers);
        // Rounded up: a slot too many granted costs a short wait, one too few would idle it.
        int share = (capacity + sharers - 1) / sharers;
        int ahead = _prefetch.Jobs(capacity) / sharers;
        return link.Credit = Math.Max(link.Credit, link.Done + share + ahead);
    }

    /// <summary>The new outcomes only.</summary>
    private void SendLight(WorkerLink link, Moment now)
    {
        do
            Send(link, link.Outcomes.Sent + 1, null, now);
        while (link.Outcomes.Sent + 1 < link.Outcomes.Next);
    }

    /// <summary>Everything: what is held, and all outcomes that are not committed.</summary>
    private void SendFull(WorkerLink link, Moment now)
    {
        link.LastFullMicros = now.Micros;
        Need(now.Micros + _reportInterval);
        if (!_routes[link.Route].Open)
            return;
        List<HeldRun> held = [];
        ListHeld(held, link);
        HeldRun[]? all = [.. held];
        long from = link.Outcomes.First;
        do
        {
            from += Send(link, from, all, now);
            all = null;
        }
        while (from < link.Outcomes.Next);
    }

    private int Send(WorkerLink link, long from, HeldRun[]? held, Moment now)
    {
        FinishedRun[] outcomes = link.Outcomes.Copy(from, LargestReportOutcomes, LargestReportBytes);
        link.CreditSent = CreditOf(link, now);
        link.HeldSince = 0;
        link.Reports++;
        if (link.TimedReport == 0 || now.Micros - link.TimedAt > Moment.PerSecond)
        {
            link.TimedReport = link.Reports;
            link.TimedAt = now.Micros;
        }
        Effects.Reports.Add((link.Route, new WorkerReport
        {
            WorkerIncarnation = _identity.Incarnation,
            RouterIncarnation = link.Incarnation,
            Number = link.Reports,
            BatchSeen = link.BatchSeen,
            Credit = link.CreditSent,
            FirstOutcome = from,
            Outcomes = outcomes,
            Held = held,
            Draining = _draining,
            Running = Running,
            Queued = Queued,
        }));
        return outcomes.Length;
    }

    /// <summary>Lists the runs that report on a link; null: those of all links.</summary>
    private void ListHeld(List<HeldRun> held, WorkerLink? link)
    {
        foreach (ref readonly Slot slot in _slots.AsSpan())
        {
            if (slot.State == SlotState.Running && (link is null || HomeOf(slot.Job.Key, slot.Link.Route).Number == link.Route))
                held.Add(new HeldRun(slot.Token, slot.Job.Key, slot.Job.Attempt, slot.StartedUnixMs));
        }
        for (int i = 0; i < _waiting.Count; i++)
        {
            ref Waiting job = ref _waiting[i];
            if (link is null || HomeOf(job.Job.Key, job.Link.Route).Number == link.Route)
                held.Add(new HeldRun(job.Token, job.Job.Key, job.Job.Attempt, 0));
        }
    }
}
