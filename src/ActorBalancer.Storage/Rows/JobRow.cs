namespace ActorBalancer.Storage.Rows;

/// <summary>
/// A job as it is read for somebody who looks. A job that is final has its newest run in columns, if that run ended it; all other
/// runs are lines of <see cref="History"/>.
/// </summary>
internal struct JobRow
{
    public long Key;
    public JobState State;
    public int Kind;
    public long Submitted;

    /// <summary>The submission as listings order it: never before an earlier job's of its queue, even if the clock was set back.</summary>
    public long Listed;

    public string? Source;

    /// <summary>Scheduled and retrying: when it is due.</summary>
    public long At;

    public int Runs;
    public int? Worker;
    public long? Started;
    public long? Ended;
    public AttemptOutcome Outcome;
    public int? Why;
    public DeadReason Reason;
    public string? Error;
    public string? History;
    public byte[]? Result;

    /// <summary>A job whose time has come waits, although nobody writes that down.</summary>
    public readonly JobState StateAt(long nowUnixMs) =>
        State is JobState.Scheduled or JobState.Retrying && At <= nowUnixMs ? JobState.Waiting : State;

    public readonly JobInfo Info(string queue, Func<int, string> word, long nowUnixMs)
    {
        JobId id = new(Key);
        List<JobAttempt> attempts = RunHistory.Read(History);
        if (Started is { } started)
            attempts.Add(new JobAttempt(Runs, Word(Worker, word) ?? "", Time(started), Time(Ended!.Value), Outcome, Error, Word(Why, word)));
        return new JobInfo
        {
            Id = id,
            Kind = word(Kind),
            Queue = queue,
            Source = Source ?? id.ToString(),
            State = StateAt(nowUnixMs),
            Reason = Reason,
            Attempt = Runs,
            // A run that completed its job in its own transaction may stand in the history alone.
            Worker = Word(Worker, word) ?? (attempts.Count > 0 ? attempts[^1].Worker : null),
            SubmittedAt = Time(Submitted),
            StartedAt = attempts.Count > 0 ? attempts[^1].StartedAt : null,
            FinishedAt = JobTransitions.IsFinal(State) && Ended is { } ended ? Time(ended) : null,
            Result = Result,
            Error = Error,
            Attempts = attempts,
        };
    }

    /// <summary>All runs as lines of history: what a job has that runs again after its end.</summary>
    public readonly string? FullHistory(Func<int, string> word) => Started is { } started
        ? History + RunHistory.Line(Runs, Word(Worker, word) ?? "", started, Ended!.Value, Outcome, Error, Word(Why, word))
        : History;

    private static string? Word(int? id, Func<int, string> word) => id is { } known ? word(known) : null;

    private static DateTimeOffset Time(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
}
