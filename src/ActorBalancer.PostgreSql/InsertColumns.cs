using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>Rows to insert by one statement, in columns; all payloads in one blob, from which the statement cuts its pieces.</summary>
internal sealed class InsertColumns
{
    /// <summary>A statement gets no more rows.</summary>
    public const int MostRows = 4_000;

    /// <summary>Nor, but for the last row, more bytes of payload.</summary>
    public const int MostBytes = 8 << 20;

    private const int PieceBits = 24;

    private readonly List<long> _keys = [], _submitted = [], _pieces = [], _at = [];
    private readonly List<int> _kinds = [], _starts = [], _lengths = [];
    private readonly List<long?> _listed = [], _timeLimits = [], _runAt = [];
    private readonly List<int?> _allowed = [], _ordered = [];
    private readonly List<string?> _sources = [];
    private byte[] _blob = new byte[1024];
    private int _bytes;

    public int Count => _keys.Count;

    public bool IsFull => Count >= MostRows || _bytes >= MostBytes;

    /// <summary>The kind and the payload's place fit into one number; else the job is none of the plain ones.</summary>
    public static bool IsPlain(int kind, int length) => kind < 1 << 15 && length < 1 << PieceBits - 1;

    public void AddPlain(long key, int kind, long submitted, ReadOnlySpan<byte> payload)
    {
        _keys.Add(key);
        _submitted.Add(submitted);
        _pieces.Add((long)kind << 2 * PieceBits | (long)Append(payload) << PieceBits | (long)payload.Length);
    }

    public void Add(long key, int kind, long submitted, ReadOnlySpan<byte> payload, long? listed, string? source, int? allowed, long? timeLimit,
        long? runAt, long at, bool ordered)
    {
        _keys.Add(key);
        _kinds.Add(kind);
        _submitted.Add(submitted);
        _starts.Add(Append(payload));
        _lengths.Add(payload.Length);
        _listed.Add(listed);
        _sources.Add(source);
        _allowed.Add(allowed);
        _timeLimits.Add(timeLimit);
        _runAt.Add(runAt);
        _at.Add(at);
        _ordered.Add(ordered ? 1 : null);
    }

    /// <summary>The statement with its arguments.</summary>
    public NpgsqlBatchCommand Command(string sql, bool plain)
    {
        NpgsqlBatchCommand command = new NpgsqlBatchCommand(sql).With([.. _keys]);
        if (plain)
            command.With([.. _submitted]).With([.. _pieces]);
        else
            command.With([.. _kinds]).With([.. _submitted]).With([.. _starts]).With([.. _lengths]).With([.. _listed]).With([.. _sources]).With([.. _allowed])
                .With([.. _timeLimits]).With([.. _runAt]).With([.. _at]).With([.. _ordered]);
        return command.With(_blob.AsMemory(0, _bytes));
    }

    /// <summary>Where it starts, as SQL counts: from 1.</summary>
    private int Append(ReadOnlySpan<byte> payload)
    {
        if (_bytes + payload.Length > _blob.Length)
            Array.Resize(ref _blob, Math.Max(_blob.Length * 2, _bytes + payload.Length));
        payload.CopyTo(_blob.AsSpan(_bytes));
        _bytes += payload.Length;
        return _bytes - payload.Length + 1;
    }
}
