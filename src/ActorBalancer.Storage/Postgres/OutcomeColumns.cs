using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>Outcomes that one statement carries out, in columns; all results in one blob, from which the statement cuts its pieces.</summary>
internal sealed class OutcomeColumns
{
    private readonly List<long> _keys = [], _started = [], _ended = [], _at = [];
    private readonly List<int> _used = [], _attempts = [], _states = [], _crashes = [], _outcomes = [];
    private readonly List<int?> _workers = [], _why = [], _starts = [], _lengths = [], _reasons = [];
    private readonly List<string?> _errors = [], _lines = [];
    private byte[] _blob = [];
    private int _bytes;

    public int Count => _keys.Count;

    public void Add(in OutcomeRow row, bool plain, int? worker, int? why)
    {
        _keys.Add(row.Key);
        _used.Add(row.Used);
        _attempts.Add(row.Attempt);
        _workers.Add(worker);
        _started.Add(row.StartedUnixMs);
        _ended.Add(row.FinishedUnixMs);
        _why.Add(why);
        AddResult(row.State == JobState.Succeeded ? row.Result.Span : default);
        if (plain)
            return;
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
        NpgsqlBatchCommand command = new(sql);
        command.With([.. _keys]).With([.. _used]).With([.. _attempts]).With([.. _workers]).With([.. _started]).With([.. _ended]).With([.. _why])
            .With([.. _starts]).With([.. _lengths]);
        if (!plain)
            command.With([.. _states]).With([.. _crashes]).With([.. _at]).With([.. _errors]).With([.. _outcomes]).With([.. _reasons]).With([.. _lines]);
        return final ? command.With(_blob.AsMemory(0, _bytes)) : command;
    }

    private void AddResult(ReadOnlySpan<byte> result)
    {
        _starts.Add(result.IsEmpty ? null : _bytes + 1);
        _lengths.Add(result.IsEmpty ? null : result.Length);
        if (_bytes + result.Length > _blob.Length)
            Array.Resize(ref _blob, Math.Max(Math.Max(_blob.Length * 2, 1024), _bytes + result.Length));
        result.CopyTo(_blob.AsSpan(_bytes));
        _bytes += result.Length;
    }
}
