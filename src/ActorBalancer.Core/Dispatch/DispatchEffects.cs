using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>
/// What the dispatcher wants done, collected over a turn; the shell carries it out in the order of the members and
/// clears it.
/// </summary>
internal sealed class DispatchEffects
{
    /// <summary>Commit this and say what became of it with <see cref="Dispatcher.Committed"/>; null: nothing.</summary>
    public Commit? Commit { get; set; }

    /// <summary>Open or make these queues, and answer each with <see cref="Dispatcher.QueueOpened"/>.</summary>
    public List<string> OpenQueues { get; } = [];

    /// <summary>Read these, and answer each with <see cref="Dispatcher.Loaded"/>.</summary>
    public List<LoadQuery> Loads { get; } = [];

    public List<SubmitAnswer> Answers { get; } = [];

    /// <summary>Submits of which nothing was accepted, since another router owns their queues, or will soon: their gateways ask there.</summary>
    public List<(int Submitter, long Ticket)> Moved { get; } = [];

    /// <summary>
    /// Jobs that were known by their idempotency keys: whoever submitted them again wants to hear of their ends, too. To be asked with
    /// <see cref="Dispatcher.Watch"/>.
    /// </summary>
    public List<(int Submitter, long Ticket, int Index, long Key)> Watches { get; } = [];

    /// <summary>A commit whose answer was lost: find out under the next incarnation what became of its jobs (rule 11).</summary>
    public UnknownCommit? Unknown { get; set; }

    /// <summary>Jobs that became final, by submitter.</summary>
    public List<(int Submitter, FinishedJob Job)> Finished { get; } = [];

    /// <summary>Jobs that became final or wait for another attempt; only with <see cref="Dispatcher.TellsSteps"/>.</summary>
    public List<JobStep> Steps { get; } = [];

    /// <summary>Messages to workers, by fleet row.</summary>
    public List<(int Row, AssignBatch Batch)> Sends { get; } = [];

    /// <summary>Workers, by fleet row, that do not seem to know which queues are ours: welcome them again, which tells them.</summary>
    public List<int> Welcomes { get; } = [];

    /// <summary>Worker incarnations that left the fleet, however they did.</summary>
    public List<long> Gone { get; } = [];

    public List<DispatchNotice> Notices { get; } = [];

    /// <summary>This incarnation owns nothing any more: register anew, with a new dispatcher.</summary>
    public bool Fenced { get; set; }

    /// <summary>Call <see cref="Dispatcher.Flush"/> at this monotonic time at the latest.</summary>
    public long WakeAtMicros { get; set; } = long.MaxValue;

    public void Clear()
    {
        Commit = null;
        OpenQueues.Clear();
        Loads.Clear();
        Answers.Clear();
        Moved.Clear();
        Watches.Clear();
        Unknown = null;
        Finished.Clear();
        Steps.Clear();
        Sends.Clear();
        Welcomes.Clear();
        Gone.Clear();
        Notices.Clear();
        Fenced = false;
    }
}

/// <summary>The answer to a submit: a key a job, -1 where it was refused.</summary>
internal readonly record struct SubmitAnswer(int Submitter, long Ticket, long[] Keys, RefusalCode[]? Codes, string? Detail)
{
    /// <summary>Rows that made no job: their idempotency keys name earlier ones. Null: none.</summary>
    public int[]? Known { get; init; }
}

/// <summary>A job became final, or waits for another attempt.</summary>
internal readonly record struct JobStep(long Key, string Queue, string Kind, JobState State, string Worker, DeadReason Reason);

/// <summary>Something that an operator should read, once.</summary>
internal readonly record struct DispatchNotice(NoticeKind Kind, string Subject, long Count, string? Detail = null);

internal enum NoticeKind
{
    WorkerJoined,
    WorkerSilent,
    WorkerBack,
    WorkerDraining,

    /// <summary>Its drain was called off; it gets jobs again.</summary>
    WorkerUndrained,

    /// <summary>It fails where others succeed, and gets no jobs for a time. Detail: why.</summary>
    WorkerEjected,

    /// <summary>Its time out is over.</summary>
    WorkerReturned,

    /// <summary>Count: the jobs that go elsewhere.</summary>
    WorkerLost,

    /// <summary>An outcome of a run that is not the job's present one was dropped.</summary>
    StaleOutcome,

    /// <summary>Jobs wait for a kind that no worker offers now.</summary>
    KindUnoffered,
    JobPoisoned,
    StoreAway,
    StoreBack,

    /// <summary>Detail: <c>created</c>, <c>paused</c>, <c>resumed</c> or <c>strategy</c>.</summary>
    QueueChanged,
}
