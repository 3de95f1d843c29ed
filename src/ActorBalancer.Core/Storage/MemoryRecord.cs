namespace ActorBalancer.Storage;

/// <summary>One job in 88 bytes. Its newest run is inline, since nearly every job has exactly one.</summary>
internal struct MemoryRecord
{
    /// <summary>Null: there is no job here.</summary>
    public MemoryBatch? Batch;

    /// <summary>A string that all runs of a worker share.</summary>
    public string? Worker;

    public string? Why;

    /// <summary>Succeeded: the blob that the result is in. Final without success: the payload, until it is given up.</summary>
    public byte[]? Result;
    public MemoryRuns? More;

    /// <summary>Of the newest run; 0 if none started.</summary>
    public long StartedUnixMs;

    /// <summary>Of the newest run.</summary>
    public long EndedUnixMs;

    /// <summary>Scheduled and retrying: when it is due. Final: since when.</summary>
    public long AtUnixMs;

    public int Index;

    /// <summary>Final without success: its number in the ring of finished jobs.</summary>
    public int ResultStart;

    public int ResultLength;

    /// <summary>Number of the newest run that started.</summary>
    public int Runs;

    public ushort Used;
    public ushort Crashes;
    private byte _state;
    private byte _reason;
    private byte _outcome;
    private byte _priority;

    public JobState State { readonly get => (JobState)_state; set => _state = (byte)value; }

    public DeadReason Reason { readonly get => (DeadReason)_reason; set => _reason = (byte)value; }

    public AttemptOutcome Outcome { readonly get => (AttemptOutcome)_outcome; set => _outcome = (byte)value; }

    public int Priority { readonly get => _priority; set => _priority = (byte)value; }

    public readonly string Kind => Batch!.Jobs.Kind(Index);

    /// <summary>As a reader sees it.</summary>
    public readonly string? Error => More?.Note ?? More?.Error;

    /// <summary>A job whose time has come waits, although nobody writes that down.</summary>
    public readonly JobState StateAt(long nowUnixMs) =>
        State is JobState.Scheduled or JobState.Retrying && AtUnixMs <= nowUnixMs ? JobState.Waiting : State;

    /// <summary>Notes the end of a run, or of a job without one.</summary>
    public void Finish(in OutcomeRow row)
    {
        if (row.Attempt > 0 && row.StartedUnixMs > 0)
            AddRun(row);
        else if (row.Error is not null)
            (More ??= new MemoryRuns()).Note = row.Error;

        State = row.State;
        Reason = row.Reason;
        // No job has as many attempts as fit here; a number that does not fit must not wrap to a small one.
        Used = (ushort)Math.Clamp(row.Used, 0, ushort.MaxValue);
        Crashes = (ushort)Math.Clamp(row.Crashes, 0, ushort.MaxValue);
        AtUnixMs = row.State switch
        {
            JobState.Retrying => row.RunAtUnixMs,
            JobState.Waiting => 0,
            _ => row.FinishedUnixMs,
        };
    }

    /// <summary>Notes that it waits again, with a fresh budget.</summary>
    public void Reopen()
    {
        Batch = Batch!.Reopened(Index, Priority, Result!);
        Index = 0;
        State = JobState.Waiting;
        Reason = DeadReason.None;
        (Used, Crashes, AtUnixMs) = (0, 0, 0);
        (Result, ResultStart, ResultLength) = (null, 0, 0);
    }

    public readonly JobInfo Info(long key, long nowUnixMs)
    {
        JobBatch jobs = Batch!.Jobs;
        JobId id = new(key);
        bool ran = Runs > 0;
        return new JobInfo
        {
            Id = id,
            Kind = jobs.Kind(Index),
            Queue = jobs.Queue(Index),
            Source = jobs.Source(Index) ?? id.ToString(),
            State = StateAt(nowUnixMs),
            Reason = Reason,
            Attempt = Runs,
            Worker = Worker,
            SubmittedAt = DateTimeOffset.FromUnixTimeMilliseconds(Batch.SubmittedUnixMs),
            StartedAt = ran ? DateTimeOffset.FromUnixTimeMilliseconds(StartedUnixMs) : null,
            FinishedAt = JobTransitions.IsFinal(State) ? DateTimeOffset.FromUnixTimeMilliseconds(AtUnixMs) : null,
            Result = State != JobState.Succeeded ? default : Result.AsMemory(ResultStart, ResultLength),
            Error = Error,
            Attempts = ran ? [.. More?.Earlier ?? [], NewestRun()] : [],
        };
    }

    private void AddRun(in OutcomeRow row)
    {
        if (Runs > 0)
            ((More ??= new MemoryRuns()).Earlier ??= []).Add(NewestRun());
        if (More is not null || row.Error is not null)
        {
            More ??= new MemoryRuns();
            More.Error = row.Error;
            More.Note = null;
        }

        Runs = Math.Max(Runs, row.Attempt);
        Outcome = row.Outcome;
        Worker = row.Worker;
        Why = row.Why;
        StartedUnixMs = row.StartedUnixMs;
        EndedUnixMs = row.FinishedUnixMs;
    }

    private readonly JobAttempt NewestRun() => new(
        Runs,
        Worker ?? "",
        DateTimeOffset.FromUnixTimeMilliseconds(StartedUnixMs),
        DateTimeOffset.FromUnixTimeMilliseconds(EndedUnixMs),
        Outcome,
        More?.Error,
        Why);
}
