namespace ActorBalancer;

/// <summary>What a caller may say about a job beside its kind and argument. Everything has a default.</summary>
public sealed class SubmitOptions
{
    /// <summary>The queue; <c>default</c> by default. A queue exists from its first use.</summary>
    public string Queue { get; set; } = "default";

    /// <summary>Affinity and order key, 1 to 256 characters; null: the job's own id.</summary>
    public string? Source { get; set; }

    /// <summary>0 to 9, higher sooner; 5 by default.</summary>
    public int Priority { get; set; } = JobKey.DefaultPriority;

    /// <summary>Run it after this time from now, up to 315,360,000 s (ten years); null: now. Not together with <see cref="RunAt"/>.</summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>Not before this time, in the years 2000 to 2100; the past means now. Not together with <see cref="Delay"/>.</summary>
    public DateTimeOffset? RunAt { get; set; }

    /// <summary>How long an attempt may run, above 0 to 604,800 s (a week); null: the queue's, 30 minutes by default.</summary>
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>How many attempts it has, 1 to 1,000; null: the queue's, 10 by default.</summary>
    public int? Attempts { get; set; }

    /// <summary>
    /// Idempotency key, 1 to 256 characters: within 24 h another submit with it to the same queue makes no second job; with other fields it
    /// is refused with <see cref="RefusalCode.KeyReused"/>. Null: none.
    /// </summary>
    public string? Key { get; set; }
}
