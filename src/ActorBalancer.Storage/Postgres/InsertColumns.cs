using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>Rows to insert by one statement, in columns; all payloads in one blob, from which the statement cuts its pieces.</summary>
internal sealed class InsertColumns
{
    /// <summary>A statement gets no more rows.</summary>
    public const int MostRows = 4_000;

    /// <summary>Nor, but for the last row, more bytes of payload.</summary>
    public const int MostBytes = 8 << 20;

    private readonly List<long> _keys = [], _submitted = [], _at = [];
    private readonly List<int> _kinds = [], _starts = [], _lengths = [];
    private readonly List<long?> _listed = [], _timeLimits = [], _runAt = [];
    private readonly List<int?> _allowed = [];
    private readonly List<string?> _sources = [];
    private byte[] _blob = new byte[1024];
    private int _bytes;

    public int Count => _keys.Count;

    public bool IsFull => Count >= MostRows || _bytes >= MostBytes;

    public void AddPlain(long key, int kind, long submitted, ReadOnlySpan<byte> payload)
    {
        _keys.Add(key);
        _kinds.Add(kind);
        _submitted.Add(submitted);
        // SQL counts from 1.
        _starts.Add(_bytes + 1);
        _lengths.Add(payload.Length);
        if (_bytes + payload.Length > _blob.Length)
            Array.Resize(ref _blob, Math.Max(_blob.Length * 2, _bytes + payload.Length));
        payload.CopyTo(_blob.AsSpan(_bytes));
        _bytes += payload.Length;
    }

    public void Add(long key, int kind, long submitted, ReadOnlySpan<byte> payload, long? listed, string? source, int? allowed, long? timeLimit,
        long? runAt, long at)
    {
        AddPlain(key, kind, submitted, payload);
        _listed.Add(listed);
        _sources.Add(source);
        _allowed.Add(allowed);
        _timeLimits.Add(timeLimit);
        _runAt.Add(runAt);
        _at.Add(at);
    }

    /// <summary>The statement with its arguments.</summary>
    public NpgsqlBatchCommand Command(string sql, bool plain)
    {
        NpgsqlBatchCommand command = new(sql);
        command.With([.. _keys]).With([.. _kinds]).With([.. _submitted]).With([.. _starts]).With([.. _lengths]);
        if (!plain)
            command.With([.. _listed]).With([.. _sources]).With([.. _allowed]).With([.. _timeLimits]).With([.. _runAt]).With([.. _at]);
        return command.With(_blob.AsMemory(0, _bytes));
    }
}
