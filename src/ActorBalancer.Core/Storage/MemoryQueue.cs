namespace ActorBalancer.Storage;

/// <summary>One queue of the memory store: its row and its jobs.</summary>
internal sealed class MemoryQueue(int number, string name)
{
    private readonly long[] _horizons = [.. Enumerable.Repeat(-1L, JobKey.HighestPriority + 1)];
    private readonly long[] _open = new long[JobKey.HighestPriority + 1];
    private readonly long[] _in = new long[(int)Enum.GetValues<JobState>().Max() + 1];
    private QueueRow _settings = new() { Number = number, Name = name };

    public int Number { get; } = number;

    public string Name { get; } = name;

    public MemoryTable Jobs { get; } = new();

    /// <summary>The incarnation that owns it; 0: nobody.</summary>
    public long Owner { get; set; }

    /// <summary>How many jobs of that priority are not final.</summary>
    public ref long Open(int priority) => ref _open[priority];

    /// <summary>How many jobs are not final.</summary>
    public long AllOpen() => _open.Sum();

    /// <summary>How many jobs are in that state.</summary>
    public ref long In(JobState state) => ref _in[(int)state];

    /// <summary>A bit for each priority that a job ever had.</summary>
    public int Priorities { get; set; }

    /// <summary>See <see cref="Commit.Reserved"/>.</summary>
    public long Reserved { get; set; }

    public QueueRow Row() => _settings with
    {
        Owner = Owner,
        NextSequence = Math.Max(Jobs.End, Reserved),
        Priorities = Priorities,
        Ready = In(JobState.Waiting),
        Later = In(JobState.Scheduled) + In(JobState.Retrying),
        Dead = In(JobState.Dead),
        // From the highest priority down is key order.
        Horizons = [.. _horizons.Reverse().Where(key => key >= 0)],
    };

    public void Set(QueueRow row) => _settings = _settings with { Paused = row.Paused, Strategy = row.Strategy, Binding = row.Binding, Weights = row.Weights };

    /// <summary>Horizons only move up: an older one that comes late says nothing.</summary>
    public void RaiseHorizon(long key)
    {
        ref long horizon = ref _horizons[JobKey.Priority(key)];
        horizon = Math.Max(horizon, key);
    }
}
