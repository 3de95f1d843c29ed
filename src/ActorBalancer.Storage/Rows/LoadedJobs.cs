namespace ActorBalancer.Storage.Rows;

/// <summary>Gathers jobs of one queue as they are read into one batch in columns.</summary>
internal sealed class LoadedJobs(string queue)
{
    /// <summary>An answer stops growing here, whatever was asked for: payloads are copied, and kinds are counted in 16 bits.</summary>
    public const long MostBytes = 64L << 20;

    /// <inheritdoc cref="MostBytes"/>
    public const int MostJobs = ushort.MaxValue;

    private readonly List<long> _keys = [], _runAt = [], _submitted = [];
    private readonly List<int> _used = [], _crashes = [], _runs = [], _starts = [0];
    private readonly List<ushort> _kindOf = [];
    private readonly List<int> _kinds = [];
    private string[] _kindTexts = [];
    private readonly Dictionary<int, ushort> _kindNumbers = [];

    // Only what some job has gets a column.
    private string?[]? _sources;
    private byte[]? _priorities;
    private ushort[]? _attempts;
    private long[]? _limits;
    private long[]? _firstRunAt;
    private byte[] _blob = new byte[4096];

    public int Count => _keys.Count;

    /// <summary>Bytes of payload.</summary>
    public int Bytes => _starts[^1];

    /// <summary>No more jobs than this are added.</summary>
    public required int Limit { get; init; }

    public void Add(long key, int kind, long submitted, string? source, int allowed, long timeLimit, long firstRunAt,
        long runAt, int used, int crashes, int runs, ReadOnlySpan<byte> payload)
    {
        int i = Count;
        _keys.Add(key);
        _submitted.Add(submitted);
        _runAt.Add(runAt);
        _used.Add(used);
        _crashes.Add(crashes);
        _runs.Add(runs);
        if (!_kindNumbers.TryGetValue(kind, out ushort number))
        {
            _kindNumbers.Add(kind, number = (ushort)_kinds.Count);
            _kinds.Add(kind);
        }
        _kindOf.Add(number);
        if (Bytes + payload.Length > _blob.Length)
            Array.Resize(ref _blob, Math.Max(_blob.Length * 2, Bytes + payload.Length));
        payload.CopyTo(_blob.AsSpan(Bytes));
        _starts.Add(Bytes + payload.Length);

        if (source is not null)
            (_sources ??= new string?[Limit])[i] = source;
        if (allowed > 0)
            (_attempts ??= new ushort[Limit])[i] = (ushort)allowed;
        if (timeLimit > 0)
            (_limits ??= new long[Limit])[i] = timeLimit;
        if (firstRunAt > 0)
            (_firstRunAt ??= new long[Limit])[i] = firstRunAt;
        if (_priorities is null && JobKey.Priority(key) != JobKey.DefaultPriority)
        {
            _priorities = new byte[Limit];
            Array.Fill(_priorities, (byte)JobKey.DefaultPriority);
        }
        _priorities?[i] = (byte)JobKey.Priority(key);
    }

    /// <summary>The kinds by number, once each.</summary>
    public IReadOnlyList<int> Kinds => _kinds;

    /// <summary>Turns the numbers of kinds into their texts, which is the last thing to do.</summary>
    public void Name(Func<int, string> word) => _kindTexts = [.. _kinds.Select(word)];

    public StoredJobs Build() => new()
    {
        Jobs = new JobBatch
        {
            Count = Count,
            Blob = _blob.AsMemory(0, Bytes),
            Starts = [.. _starts],
            Kinds = _kindTexts,
            KindOf = _kinds.Count > 1 ? [.. _kindOf] : null,
            Queues = [queue],
            Sources = _sources?.AsSpan(0, Count).ToArray(),
            Priorities = _priorities?.AsSpan(0, Count).ToArray(),
            RunAt = _firstRunAt?.AsSpan(0, Count).ToArray(),
            TimeLimits = _limits?.AsSpan(0, Count).ToArray(),
            Attempts = _attempts?.AsSpan(0, Count).ToArray(),
        },
        Keys = [.. _keys],
        Used = [.. _used],
        Crashes = [.. _crashes],
        Runs = [.. _runs],
        RunAt = [.. _runAt],
        SubmittedUnixMs = [.. _submitted],
    };
}
