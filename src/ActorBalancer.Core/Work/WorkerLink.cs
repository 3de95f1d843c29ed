namespace ActorBalancer.Work;

/// <summary>
/// What a worker knows of one incarnation of one router: which batches came, what was granted, and the outcomes that are
/// not committed yet. Everything on it is an absolute, so loss, doubling and reordering heal with the next message.
/// </summary>
internal sealed class WorkerLink(int route, long incarnation)
{
    public int Route { get; } = route;

    public long Incarnation { get; } = incarnation;

    public OutcomeLog Outcomes { get; } = new();

    /// <summary>A newer incarnation of the same router took over; runs of this one report there.</summary>
    public bool Superseded { get; set; }

    /// <summary>Contact was lost for so long that nothing is taken before a fresh welcome.</summary>
    public bool Suspended { get; set; }

    /// <summary>The router wants no new jobs to be taken.</summary>
    public bool RouterDrains { get; set; }

    /// <summary>The highest batch up to which none is missing.</summary>
    public long BatchSeen { get; set; }

    /// <summary>The newest batch that the router says it has sent.</summary>
    public long BatchKnown { get; set; }

    /// <summary>The gap that was already complained about, so that one gap costs one report.</summary>
    public long GapReported { get; set; } = -1;

    /// <summary>The newest of our reports that the router has read.</summary>
    public long ReportSeen { get; set; }

    /// <summary>Jobs that came on this link, ever, and those of an earlier incarnation whose outcomes go out on it.</summary>
    public long Received { get; set; }

    /// <summary>Jobs of this link that ended or were handed back, ever.</summary>
    public long Done { get; set; }

    /// <summary>Jobs of this link that run or wait here.</summary>
    public int Held => (int)(Received - Done);

    /// <summary>The number of jobs that the router may ever have sent; never decreases.</summary>
    public long Credit { get; set; }

    /// <summary>What the newest report said of it.</summary>
    public long CreditSent { get; set; }

    public long Reports { get; set; }

    public long LastFullMicros { get; set; }

    /// <summary>Since when outcomes are held to fill a report; 0: none are.</summary>
    public long HeldSince { get; set; }

    public long LastJobsMicros { get; set; } = long.MinValue / 2;

    /// <summary>The report whose answer is timed; 0: none is.</summary>
    public long TimedReport { get; set; }

    public long TimedAt { get; set; }

    /// <summary>A router that sent jobs lately shares the slots; one that did not keeps what it was granted.</summary>
    public bool HasDemand(Moment now) => Held > 0 || now.Micros - LastJobsMicros < Moment.PerSecond;
}
