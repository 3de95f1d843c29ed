namespace ActorBalancer.Storage.Rows;

/// <summary>The figures that a queue's row keeps, as its one writer knows them, and what the commit under way changes of them.</summary>
internal sealed class QueueFigures(int number, string name)
{
    private long _nextBefore;
    private long _newestBefore;
    private int _prioritiesBefore;

    public int Number { get; } = number;

    public string Name { get; } = name;

    /// <summary>The first sequence that no job of the queue has; what is not below it is in no table for sure.</summary>
    public long NextSequence { get; set; }

    /// <summary>The latest time of a submission, for listings: they stay in order when the clock is set back.</summary>
    public long Newest { get; set; }

    /// <summary>A bit for each priority that a job ever had.</summary>
    public int Priorities { get; set; }

    /// <summary>Jobs of it may be read by source. Once set it stays.</summary>
    public bool IsOrdered { get; set; }

    /// <summary>Scheduled and retrying jobs, as far as this process has counted.</summary>
    public long LaterNow { get; set; }

    public long Ready { get; set; }

    public long Later { get; set; }

    public long Dead { get; set; }

    public bool IsTouched { get; private set; }

    public void Touch()
    {
        IsTouched = true;
        (_nextBefore, _newestBefore, _prioritiesBefore) = (NextSequence, Newest, Priorities);
        (Ready, Later, Dead) = (0, 0, 0);
    }

    /// <summary>A job comes in: what its listing time is.</summary>
    public long Insert(long key, long submittedUnixMs, bool later)
    {
        NextSequence = Math.Max(NextSequence, JobKey.Sequence(key) + 1);
        Newest = Math.Max(Newest, submittedUnixMs);
        Priorities |= 1 << JobKey.Priority(key);
        if (later)
            Later++;
        else
            Ready++;
        return Newest;
    }

    /// <summary>Sequences below are set aside.</summary>
    public void Reserve(long sequence) => NextSequence = Math.Max(NextSequence, sequence);

    /// <summary>Counts what others' transactions changed.</summary>
    public void Add(int ready, int later) => (Ready, Later) = (Ready + ready, Later + later);

    public void Move(JobTable from, JobTable to, JobState state)
    {
        Count(from, state, -1);
        Count(to, state, 1);
    }

    public void End(bool kept)
    {
        IsTouched = false;
        if (kept)
            LaterNow += Later;
        else
            (NextSequence, Newest, Priorities) = (_nextBefore, _newestBefore, _prioritiesBefore);
    }

    private void Count(JobTable table, JobState state, int by)
    {
        if (table == JobTable.Job)
            Ready += by;
        else if (table == JobTable.Later)
            Later += by;
        else if (state == JobState.Dead)
            Dead += by;
    }
}
