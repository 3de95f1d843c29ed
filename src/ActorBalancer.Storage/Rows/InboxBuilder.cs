namespace ActorBalancer.Storage.Rows;

/// <summary>Gathers rows of the inbox as they are read into one batch in columns.</summary>
internal sealed class InboxBuilder
{
    /// <summary>An answer stops growing here, whatever was asked for.</summary>
    public const long MostBytes = 8L << 20;

    public const string Columns =
        "id, queue, key, kind, submitted, source, priority, run_at, time_limit, allowed, idempotency_key, high, low, payload";

    private readonly List<long> _ids = [], _keys = [], _submitted = [], _runAt = [], _limits = [];
    private readonly List<ushort> _kindOf = [], _queueOf = [], _attempts = [];
    private readonly List<string> _kinds = [], _queues = [];
    private readonly List<string?> _sources = [], _idempotencyKeys = [];
    private readonly List<byte> _priorities = [];
    private readonly List<UInt128> _fingerprints = [];
    private readonly List<int> _starts = [0];
    private readonly List<byte> _blob = [];

    public int Bytes => _blob.Count;

    public void Add(long id, string queue, long key, string kind, long submitted, string? source, int priority, long runAt, long timeLimit, int allowed,
        string? idempotencyKey, UInt128 fingerprint, ReadOnlySpan<byte> payload)
    {
        _ids.Add(id);
        _keys.Add(key);
        _submitted.Add(submitted);
        _queueOf.Add(Intern(_queues, queue));
        _kindOf.Add(Intern(_kinds, kind));
        _sources.Add(source);
        _priorities.Add((byte)priority);
        _runAt.Add(runAt);
        _limits.Add(timeLimit);
        _attempts.Add((ushort)allowed);
        _idempotencyKeys.Add(idempotencyKey);
        _fingerprints.Add(fingerprint);
        _blob.AddRange(payload);
        _starts.Add(_blob.Count);
    }

    public InboxRows Build(IReadOnlyList<string> ownerless)
    {
        bool keyed = _idempotencyKeys.Exists(key => key is not null);
        return _ids.Count == 0 && ownerless.Count == 0 ? InboxRows.None : new InboxRows
        {
            Ids = [.. _ids],
            Keys = [.. _keys],
            SubmittedUnixMs = [.. _submitted],
            Ownerless = ownerless,
            Jobs = new JobBatch
            {
                Count = _ids.Count,
                Blob = _blob.ToArray(),
                Starts = [.. _starts],
                Kinds = [.. _kinds],
                KindOf = _kinds.Count > 1 ? [.. _kindOf] : null,
                Queues = [.. _queues],
                QueueOf = _queues.Count > 1 ? [.. _queueOf] : null,
                Sources = _sources.Exists(source => source is not null) ? [.. _sources] : null,
                Priorities = _priorities.Exists(priority => priority != JobKey.DefaultPriority) ? [.. _priorities] : null,
                RunAt = _runAt.Exists(at => at != 0) ? [.. _runAt] : null,
                TimeLimits = _limits.Exists(limit => limit != 0) ? [.. _limits] : null,
                Attempts = _attempts.Exists(attempts => attempts != 0) ? [.. _attempts] : null,
                IdempotencyKeys = keyed ? [.. _idempotencyKeys] : null,
                Fingerprints = keyed ? [.. _fingerprints] : null,
            },
        };
    }

    private static ushort Intern(List<string> distinct, string text)
    {
        int at = distinct.LastIndexOf(text);
        if (at < 0)
        {
            at = distinct.Count;
            distinct.Add(text);
        }
        return (ushort)at;
    }
}
