using ActorBalancer.Load;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>
/// What a router knows of one worker incarnation, and the counters of their link. Everything on it is absolute, so a lost,
/// doubled or late message changes nothing that the next one does not put right (rule 7).
/// </summary>
internal sealed class WorkerLink
{
    public required int Row { get; init; }

    public required long Incarnation { get; init; }

    public required string Name { get; init; }

    public required ulong Id { get; init; }

    /// <summary>Grows with whatever a strategy may see of it but for credit and jobs in flight, and now and then without.</summary>
    public int Stamp { get; private set; }

    public int Slots { get; set { field = value; Stamp++; } }

    /// <summary>The configured weight, thousandths.</summary>
    public int Weight { get; set { field = value; Stamp++; } }

    /// <summary>What the strategies use; -1: the metrics actor has not said yet.</summary>
    public int Effective { get; set { field = value; Stamp++; } } = -1;

    /// <summary>What that is multiplied by where weights are learned, by kind.</summary>
    public KindFactor[] Factors { get; set { field = value; Stamp++; } } = [];

    /// <summary>Learned, against the fleet.</summary>
    public double Speed { get; set; } = 1;

    /// <summary>Why it is ejected; null: it is not.</summary>
    public string? Ejected { get; set { field = value; Stamp++; } }

    /// <summary>
    /// Jobs that failed sooner than such jobs take to succeed: each counts as in flight until it would have succeeded, or else a worker that
    /// fails at once would look idle and be given everything.
    /// </summary>
    public int Penalties { get; set { field = value; Stamp++; } }

    /// <summary>By kind number.</summary>
    public KindFails[] Fails = [];

    /// <summary>By kind number.</summary>
    public KindTally[] Tallies = [];

    /// <summary>When the newest report came; 0: none did.</summary>
    public long ReportMicros { get; set { field = value; Stamp++; } }

    /// <summary>When it said hello first.</summary>
    public long JoinedMicros { get; init; }

    /// <summary>Jobs of other routers that the worker held at its last report.</summary>
    public int Others { get; set { field = value; Stamp++; } }

    /// <summary>Jobs of this router that the worker held at its last report.</summary>
    public int OwnReported { get; set; }

    /// <summary>Jobs that it was sent and no report has confirmed.</summary>
    public int UnderWay
    {
        get
        {
            int jobs = PendingCount;
            foreach ((AssignBatch batch, long _) in Unconfirmed)
                jobs += batch.Jobs.Length;
            return jobs;
        }
    }

    public HashSet<int> Kinds { get; } = [];

    public string Version { get; set; } = "";

    public long StartedUnixMs { get; set; }

    public WorkerState State { get; set { field = value; Stamp++; } } = WorkerState.Up;

    /// <summary>The worker said so.</summary>
    public bool Draining { get; set { field = value; Stamp++; } }

    /// <summary>The cluster says that its node leaves.</summary>
    public bool Leaving { get; set { field = value; Stamp++; } }

    /// <summary>Ordered by an operator.</summary>
    public bool DrainOrdered { get; set { field = value; Stamp++; } }

    public long LastContactMicros { get; set; }

    /// <summary>The cluster removed its node; its jobs go back when the silence has lasted long enough.</summary>
    public bool Removed { get; set; }

    /// <summary>Awaited, it has said hello, and some of what it offered is being looked up in the store.</summary>
    public bool SaidHello { get; set; }

    /// <summary>The first report has come, so the link's counters are known. Nothing is sent before.</summary>
    public bool Synchronised { get; set { field = value; Stamp++; } }

    /// <summary>Cumulative, as the worker states it.</summary>
    public long Credit { get; set; }

    /// <summary>The number of the last outcome that was read; all before it were read too.</summary>
    public long OutcomesRead { get; set; }

    /// <summary>Of those, how many are committed.</summary>
    public long OutcomesCommitted { get; set; }

    /// <summary>What the worker was last told of <see cref="OutcomesCommitted"/>.</summary>
    public long OutcomesTold { get; set; }

    /// <summary>Since when the next outcome waits to be told to another router; 0: it does not.</summary>
    public long ForAnotherSince { get; set; }

    public long ReportSeen { get; set; }

    public long LastNumber { get; set; }

    /// <summary>Batches that no report has confirmed, oldest first.</summary>
    public Queue<(AssignBatch Batch, long SentMicros)> Unconfirmed { get; } = new();

    public List<RunToken> Cancels { get; } = [];

    /// <summary>Jobs sent (or adopted) and without an outcome.</summary>
    public int InFlight { get; set; }

    /// <summary>
    /// Of those, the ones that an earlier incarnation sent. The worker takes their slots off the credit that it grants us, so
    /// we must not take them off again.
    /// </summary>
    public int Adopted { get; set; }

    /// <summary>Runs of this incarnation that it holds and that count as lost here: it was given up, and is back. They take its room all the same.</summary>
    public HashSet<RunToken> Strays { get; } = [];

    /// <summary>Jobs bound to it that wait here, over all queues.</summary>
    public int Lined { get; set; }

    /// <summary>Jobs in flight that crashed a worker before; at most one.</summary>
    public int Suspects { get; set { field = value; Stamp++; } }

    public long Finished { get; set; }

    public int Running { get; set; }

    /// <summary>Jobs that wait at the worker for a slot, for all routers.</summary>
    public int Queued { get; set; }

    // The batch that is being filled.
    public AssignedJob[] Pending { get; set; } = [];

    public int PendingCount { get; set; }

    public int PendingBytes { get; set; }

    public bool StateDue { get; set; }

    /// <summary>May get new jobs, whatever its credit.</summary>
    public bool TakesJobs => State == WorkerState.Up && Synchronised && !Draining && !DrainOrdered && !Leaving && Ejected is null;

    /// <summary>In thousandths, for jobs of a kind, at least 1.</summary>
    public int Factor(string kind) => KindFactor.Of(Factors, kind);

    /// <summary>
    /// How many jobs may be sent now. The worker counts what it gave outcomes for and adds what it has room for; what we sent and
    /// is in flight is taken off.
    /// </summary>
    public long Available => Credit - OutcomesRead - (InFlight - Adopted) - Strays.Count - Penalties;
}
