using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>Outcomes that one statement carries out, in columns; all results in one blob, from which the statement cuts its pieces.</summary>
internal sealed class OutcomeColumns
{
    private readonly List<long> _keys = [], _started = [], _ended = [], _at = [], _runs = [];
    private readonly List<long?> _pieces = [];
    private readonly List<int> _used = [], _attempts = [], _states = [], _crashes = [], _outcomes = [];
    private readonly List<int?> _workers = [], _why = [], _starts = [], _lengths = [], _reasons = [];
    private readonly List<string?> _errors = [], _lines = [];
    private byte[] _blob = [];
    private int _bytes;

    public int Count => _keys.Count;

    /// <summary>A success at a first or later run without an error, whose numbers fit together into one.</summary>
    public static bool IsPlain(in OutcomeRow row, int worker, int why) => row.State == JobState.Succeeded && row.Outcome == AttemptOutcome.Succeeded
        && row.Attempt is > 0 and <= ushort.MaxValue && row.StartedUnixMs > 0 && row.Used is >= 0 and <= ushort.MaxValue && row.Crashes == 0
        && row.Error is null && row.Reason == DeadReason.None && worker < 1 << 19 && why < 1 << 12;

    public void AddPlain(in OutcomeRow row, int worker, int why)
    {
        _keys.Add(row.Key);
        _started.Add(row.StartedUnixMs);
        _ended.Add(row.FinishedUnixMs);
        _runs.Add((long)worker << 44 | (long)why << 32 | (long)row.Attempt << 16 | (long)row.Used);
        _pieces.Add(row.Result.IsEmpty ? null : (long)Append(row.Result.Span) << 32 | (long)row.Result.Length);
    }

    public void Add(in OutcomeRow row, int? worker, int? why)
    {
        _keys.Add(row.Key);
        _used.Add(row.Used);
        _attempts.Add(row.Attempt);
        _workers.Add(worker);
        _started.Add(row.StartedUnixMs);
        _ended.Add(row.FinishedUnixMs);
        _why.Add(why);
        bool hasResult = row.State == JobState.Succeeded && row.Result.Length > 0;
        _starts.Add(hasResult ? Append(row.Result.Span) : null);
        _lengths.Add(hasResult ? row.Result.Length : null);
        _states.Add((int)row.State);
        _crashes.Add(row.Crashes);
        _at.Add(row.State == JobState.Retrying ? row.RunAtUnixMs : 0);
        _errors.Add(BatchText.Clean(row.Error));
        _outcomes.Add((int)row.Outcome);
        _reasons.Add(row.Reason == DeadReason.None ? null : (int)row.Reason);
        _lines.Add(JobTransitions.IsFinal(row.State) || row.Attempt == 0 || row.StartedUnixMs <= 0 ? null : RunHistory.Line(row));
    }

    /// <summary>The statement with its arguments.</summary>
    public NpgsqlBatchCommand Command(string sql, bool plain, bool final)
    {
        NpgsqlBatchCommand command = new NpgsqlBatchCommand(sql).With([.. _keys]);
        if (plain)
        {
            command.With([.. _started]).With([.. _ended]).With([.. _runs]).With([.. _pieces]);
        }
        else
        {
            command.With([.. _used]).With([.. _attempts]).With([.. _workers]).With([.. _started]).With([.. _ended]).With([.. _why])
                .With([.. _starts]).With([.. _lengths]).With([.. _states]).With([.. _crashes]).With([.. _at]).With([.. _errors]).With([.. _outcomes])
                .With([.. _reasons]).With([.. _lines]);
        }
        return final ? command.With(_blob.AsMemory(0, _bytes)) : command;
    }

    /// <summary>Where it starts, as SQL counts: from 1.</summary>
    private int Append(ReadOnlySpan<byte> result)
    {
        if (_bytes + result.Length > _blob.Length)
            Array.Resize(ref _blob, Math.Max(Math.Max(_blob.Length * 2, 1024), _bytes + result.Length));
        result.CopyTo(_blob.AsSpan(_bytes));
        _bytes += result.Length;
        return _bytes - result.Length + 1;
    }
}
