namespace ActorBalancer.Storage;

/// <summary>All that one turn of the owner's one writer changes; it becomes true as a whole or not at all.</summary>
internal sealed class Commit
{
    /// <summary>Who commits. Checked last: a fenced incarnation's commit is rolled back (rule 2).</summary>
    public required long Incarnation { get; init; }

    public List<InsertRows> Inserts { get; } = [];

    public List<OutcomeRow> Outcomes { get; } = [];

    /// <summary>Queues whose settings changed.</summary>
    public List<QueueRow> Queues { get; } = [];

    /// <summary>
    /// Keys up to which (within their queue and priority) jobs may be assigned; a successor dispatches at once what lies
    /// above (rule 9).
    /// </summary>
    public List<long> Horizons { get; } = [];

    /// <summary>
    /// The store's answer: jobs among <see cref="Outcomes"/> that were final already, or not there. Those outcomes changed nothing, and the
    /// owner forgets the jobs.
    /// </summary>
    public List<long> Missing { get; } = [];

    /// <summary>
    /// The store's answer: rows among <see cref="Inserts"/> whose idempotency key was taken, by an earlier row of this commit or by an earlier
    /// job. They were not inserted.
    /// </summary>
    public List<KnownKey> Known { get; } = [];

    /// <summary>
    /// The store's answer: keys of rows among <see cref="Inserts"/> that it cannot hold, whenever they come. They were not inserted, nor was
    /// anything of their batches whose rule is <see cref="BatchRule.AllOrNone"/>.
    /// </summary>
    public List<long> Refused { get; } = [];

    /// <summary>
    /// Rows of the inbox that make no job (their queue is full, or they were refused). Those that make one are named by
    /// <see cref="InsertRows.Inbox"/>. All of them leave the inbox with this commit.
    /// </summary>
    public List<long> Inbox { get; } = [];

    /// <summary>The store's answer: keys of rows among <see cref="Inserts"/> that were no longer in the inbox. They were not inserted.</summary>
    public List<long> Gone { get; } = [];

    /// <summary>
    /// Sequences that are set aside for jobs whose ids are told before they are stored: by queue the first that none of them reaches. No
    /// successor gives one below to anybody, whether or not it comes to use.
    /// </summary>
    public List<(int Queue, long Sequence)> Reserved { get; } = [];

    /// <summary>
    /// Jobs for queues that another router node owns, which become true with this commit: they go to the inbox. Only for stores with
    /// several router nodes; the rule of such a batch does not count.
    /// </summary>
    public List<(JobBatch Jobs, long SubmittedUnixMs)> Posts { get; } = [];

    public bool IsEmpty => Inserts.Count == 0 && Outcomes.Count == 0 && Queues.Count == 0 && Horizons.Count == 0 && Inbox.Count == 0 && Reserved.Count == 0 && Posts.Count == 0;

    /// <summary>The store left out some rows of <see cref="Inserts"/>, for whichever reason.</summary>
    public bool HasLeftOut => Known.Count > 0 || Refused.Count > 0 || Gone.Count > 0;

    /// <summary>Takes back what a store has answered, before it is asked again.</summary>
    public void ClearAnswers()
    {
        Missing.Clear();
        Known.Clear();
        Refused.Clear();
        Gone.Clear();
    }
}

/// <summary>
/// Jobs to insert; a key of -1 marks a row that was refused and is not inserted. Where the batch's rule is
/// <see cref="BatchRule.AllOrNone"/> and one row's idempotency key was taken with another body, none is inserted.
/// </summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Keys">By row: its place in the dispatch order.</param>
/// <param name="SubmittedUnixMs">When; idempotency keys live for <see cref="KeyLife"/> from then on.</param>
internal readonly record struct InsertRows(JobBatch Jobs, long[] Keys, long SubmittedUnixMs)
{
    /// <summary>How long an idempotency key is remembered.</summary>
    public static readonly TimeSpan KeyLife = TimeSpan.FromHours(24);

    /// <summary>Numbers of the queues among them that keep the order of their sources; null: none. Their jobs can be read by source.</summary>
    public int[]? Ordered { get; init; }

    /// <summary>By row: the row of the inbox that it comes from, 0: none. Null: none does.</summary>
    public long[]? Inbox { get; init; }

    /// <summary>Whether that row can be read by its source later.</summary>
    public bool IsOrdered(int row) => Ordered is not null && Jobs.Source(row) is not null && Array.IndexOf(Ordered, JobKey.Queue(Keys[row])) >= 0;
}

/// <summary>A row to insert whose idempotency key is taken.</summary>
/// <param name="Key">The key that the row would have had.</param>
/// <param name="Existing">The job that has it.</param>
/// <param name="IsSame">It was submitted with the same body; false: that is <c>key_reused</c>.</param>
internal readonly record struct KnownKey(long Key, long Existing, bool IsSame);

/// <summary>The end of an attempt, or of a job that is cancelled before it ran (<see cref="Attempt"/> 0).</summary>
internal struct OutcomeRow
{
    public long Key;

    /// <summary>From 1; 0: no attempt ended.</summary>
    public int Attempt;

    public AttemptOutcome Outcome;

    /// <summary>The job's state from now on; see <see cref="JobTransitions"/>.</summary>
    public JobState State;

    public DeadReason Reason;

    /// <summary>With <see cref="JobState.Retrying"/>: when it is due, Unix milliseconds.</summary>
    public long RunAtUnixMs;

    /// <summary>Attempts used up so far (crashes count, releases do not).</summary>
    public int Used;

    /// <summary>Workers that died while they ran it.</summary>
    public int Crashes;

    /// <summary>The worker's name; empty when <see cref="Attempt"/> is 0.</summary>
    public string Worker;

    public long StartedUnixMs;
    public long FinishedUnixMs;
    public string? Error;

    /// <summary>Which rule sent it there: the strategy's id.</summary>
    public string? Why;

    public ReadOnlyMemory<byte> Result;
}
