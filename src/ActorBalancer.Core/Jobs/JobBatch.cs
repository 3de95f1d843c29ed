namespace ActorBalancer;

/// <summary>
/// Validated jobs on their way from a gateway to a queue's owner, in columns: one blob of payloads, and a column only
/// where some job differs from the default. Immutable. The dispatcher and the memory store keep a reference and an
/// index for each job, so a waiting job costs no object.
/// </summary>
internal sealed class JobBatch
{
    public required int Count { get; init; }

    /// <summary>All payloads, one after the other.</summary>
    public required ReadOnlyMemory<byte> Blob { get; init; }

    /// <summary>Where payload i starts in the blob; Count + 1 entries.</summary>
    public required int[] Starts { get; init; }

    /// <summary>The distinct kinds; <see cref="KindOf"/> indexes them. A null column means all are the first.</summary>
    public required string[] Kinds { get; init; }

    public ushort[]? KindOf { get; init; }

    /// <summary>The distinct queues; <see cref="QueueOf"/> indexes them. A null column means all are the first.</summary>
    public required string[] Queues { get; init; }

    public ushort[]? QueueOf { get; init; }

    /// <summary>Sources; null: no job has one. A null entry: the job's own id.</summary>
    public string?[]? Sources { get; init; }

    /// <summary>Priorities 0-9; null: all 5.</summary>
    public byte[]? Priorities { get; init; }

    /// <summary>Unix milliseconds; 0 = now; null: all now.</summary>
    public long[]? RunAt { get; init; }

    /// <summary>Milliseconds; 0 = the queue's; null: all the queue's.</summary>
    public long[]? TimeLimits { get; init; }

    /// <summary>Attempts allowed; 0 = the queue's; null: all the queue's.</summary>
    public ushort[]? Attempts { get; init; }

    /// <summary>Idempotency keys; null: no job has one. A null entry: this one has none.</summary>
    public string?[]? IdempotencyKeys { get; init; }

    /// <summary>What each job with an idempotency key asks for, hashed; null exactly where <see cref="IdempotencyKeys"/> is.</summary>
    public UInt128[]? Fingerprints { get; init; }

    public BatchRule Rule { get; init; }

    public string Kind(int i) => Kinds[KindOf is null ? 0 : KindOf[i]];

    public string Queue(int i) => Queues[QueueOf is null ? 0 : QueueOf[i]];

    public ReadOnlyMemory<byte> Payload(int i) => Blob[Starts[i]..Starts[i + 1]];

    public int PayloadBytes(int i) => Starts[i + 1] - Starts[i];

    public string? Source(int i) => Sources?[i];

    public int Priority(int i) => Priorities is null ? JobKey.DefaultPriority : Priorities[i];

    public long RunAtUnixMs(int i) => RunAt is null ? 0 : RunAt[i];

    public long TimeLimitMs(int i) => TimeLimits is null ? 0 : TimeLimits[i];

    public int AttemptsAllowed(int i) => Attempts is null ? 0 : Attempts[i];

    public string? IdempotencyKey(int i) => IdempotencyKeys?[i];

    /// <summary>One job of it as a batch of its own, with a copy of its payload; for running it, so without idempotency key.</summary>
    public JobBatch Alone(int i) => new()
    {
        Count = 1,
        Blob = Payload(i).ToArray(),
        Starts = [0, PayloadBytes(i)],
        Kinds = [Kind(i)],
        Queues = [Queue(i)],
        Sources = Source(i) is { } source ? [source] : null,
        Priorities = Priorities is null ? null : [Priorities[i]],
        RunAt = RunAt is null ? null : [RunAt[i]],
        TimeLimits = TimeLimits is null ? null : [TimeLimits[i]],
        Attempts = Attempts is null ? null : [Attempts[i]],
    };

    /// <summary>Makes a batch of requests that are already valid. Copies the payloads.</summary>
    public static JobBatch From(IReadOnlyList<JobRequest> requests, BatchRule rule = BatchRule.RowByRow)
    {
        int n = requests.Count;
        int bytes = 0;
        bool sources = false, priorities = false, runAt = false, limits = false, attempts = false, keys = false;
        List<string> kinds = [], queues = [];
        ushort[] kindOf = new ushort[n], queueOf = new ushort[n];
        for (int i = 0; i < n; i++)
        {
            JobRequest r = requests[i];
            bytes += r.Payload.Length;
            sources |= r.Source is not null;
            priorities |= r.Priority != JobKey.DefaultPriority;
            runAt |= r.RunAt is not null;
            limits |= r.TimeLimit is not null;
            attempts |= r.Attempts is not null;
            keys |= r.Key is not null;
            kindOf[i] = Intern(kinds, r.Kind);
            queueOf[i] = Intern(queues, r.Queue);
        }

        byte[] blob = new byte[bytes];
        int[] starts = new int[n + 1];
        for (int i = 0; i < n; i++)
        {
            requests[i].Payload.CopyTo(blob.AsMemory(starts[i]));
            starts[i + 1] = starts[i] + requests[i].Payload.Length;
        }

        return new JobBatch
        {
            Count = n,
            Rule = rule,
            Blob = blob,
            Starts = starts,
            Kinds = [.. kinds],
            KindOf = kinds.Count > 1 ? kindOf : null,
            Queues = [.. queues],
            QueueOf = queues.Count > 1 ? queueOf : null,
            Sources = sources ? [.. requests.Select(r => r.Source)] : null,
            Priorities = priorities ? [.. requests.Select(r => (byte)r.Priority)] : null,
            RunAt = runAt ? [.. requests.Select(r => r.RunAt?.ToUnixTimeMilliseconds() ?? 0)] : null,
            TimeLimits = limits ? [.. requests.Select(r => (long)Math.Ceiling(r.TimeLimit?.TotalMilliseconds ?? 0))] : null,
            Attempts = attempts ? [.. requests.Select(r => (ushort)(r.Attempts ?? 0))] : null,
            IdempotencyKeys = keys ? [.. requests.Select(r => r.Key)] : null,
            Fingerprints = keys ? [.. requests.Select(r => r.Key is null ? 0 : r.Fingerprint ?? JobFingerprint.Of(r, r.Source, delay: null))] : null,
        };
    }

    private static ushort Intern(List<string> distinct, string value)
    {
        // A batch names few kinds and queues, and mostly the same one in a row: the newest is tried first.
        for (int i = distinct.Count - 1; i >= 0; i--)
        {
            if (distinct[i] == value)
                return (ushort)i;
        }
        distinct.Add(value);
        return (ushort)(distinct.Count - 1);
    }
}
