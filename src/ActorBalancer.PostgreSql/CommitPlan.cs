using System.Runtime.InteropServices;
using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>
/// A commit as statements, each of which says how many rows it must change. What outcomes of one commit do to one job is done in their
/// order: the second of a job waits for the next round of statements.
/// </summary>
internal sealed class CommitPlan(PostgresSql sql, QueueTable queues, WordTable words)
{
    private readonly List<(InsertColumns Columns, string Sql, bool Plain)> _inserts = [];
    private readonly List<Dictionary<(JobTable From, JobTable To, bool Ran, bool Plain), OutcomeColumns>> _rounds = [];
    private readonly List<int> _expected = [];

    /// <summary>Which keys to insert have a job already; looked up only where that may be.</summary>
    public HashSet<long> Existing { get; } = [];

    /// <summary>Where the jobs are that have outcomes; looked up only where that is in doubt.</summary>
    public Dictionary<long, JobTable> Where { get; } = [];

    /// <summary>Jobs that have outcomes and are final or not there.</summary>
    public List<long> Missing { get; } = [];

    /// <summary>The rows that have idempotency keys, judged; null: none has.</summary>
    public KeyedRows? Keyed { get; set; }

    /// <summary>Rows that make no job.</summary>
    public required LeftOutRows LeftOut { get; init; }

    public void AddInserts(Commit commit, bool careful)
    {
        for (int i = 0; i < commit.Inserts.Count; i++)
            Add(commit.Inserts[i], i, careful);
    }

    public void AddOutcomes(Commit commit, bool careful)
    {
        Dictionary<long, int>? round = careful ? [] : null;
        foreach (ref readonly OutcomeRow row in CollectionsMarshal.AsSpan(commit.Outcomes))
            Add(row, round);
        foreach ((int queue, long sequence) in commit.Reserved)
            queues.Touch(queue).Reserve(sequence);
    }

    public void WriteInserts(NpgsqlBatch batch)
    {
        foreach ((InsertColumns columns, string text, bool plain) in _inserts)
            Expect(batch, columns.Command(text, plain), columns.Count);
        if (Keyed is { New: { Count: > 0 } keys })
            Expect(batch, sql.StoreKeys(keys), keys.Count);
    }

    public void Write(NpgsqlBatch batch, Commit commit)
    {
        WriteInserts(batch);
        foreach (var round in _rounds)
        {
            foreach (((JobTable from, JobTable to, bool ran, bool plain), OutcomeColumns columns) in round)
                Expect(batch, columns.Command(sql.Move(from, to, ran, plain), plain, to is JobTable.Done or JobTable.Ended), columns.Count);
        }
        foreach (QueueRow row in commit.Queues)
            Expect(batch, new NpgsqlBatchCommand(sql.Settings).With(row.Number).With(row.Paused).With(row.Strategy).With((int?)row.Binding).With((int?)row.Weights), 1);
        if (commit.Horizons.Count > 0)
            WriteHorizons(batch, commit.Horizons);
        if (queues.Touched.Count > 0)
            WriteFigures(batch);
    }

    /// <summary>Every statement changed as many rows as it had to.</summary>
    public bool IsAsExpected(NpgsqlBatch batch)
    {
        for (int i = 0; i < _expected.Count; i++)
        {
            if ((int)batch.BatchCommands[i].Rows != _expected[i])
                return false;
        }
        return true;
    }

    private void Add(in InsertRows rows, int batch, bool careful)
    {
        JobBatch jobs = rows.Jobs;
        ReadOnlySpan<byte> blob = jobs.Blob.Span;
        Span<int> kinds = stackalloc int[jobs.Kinds.Length <= 64 ? jobs.Kinds.Length : 0];
        for (int i = 0; i < kinds.Length; i++)
            kinds[i] = words.Find(jobs.Kinds[i]);
        for (int i = 0; i < rows.Keys.Length; i++)
        {
            long key = rows.Keys[i];
            if (key < 0 || LeftOut.Has(batch, i) || (careful && !Existing.Add(key)))
                continue;
            QueueFigures queue = queues.Touch(JobKey.Queue(key));
            long runAt = jobs.RunAtUnixMs(i);
            bool later = runAt > rows.SubmittedUnixMs;
            long listed = queue.Insert(key, rows.SubmittedUnixMs, later);
            if (careful)
                Where[key] = later ? JobTable.Later : JobTable.Job;

            string? source = jobs.Source(i);
            int allowed = jobs.AttemptsAllowed(i), kind = kinds.IsEmpty ? words.Find(jobs.Kind(i)) : kinds[jobs.KindOf?[i] ?? 0];
            long limit = jobs.TimeLimitMs(i);
            ReadOnlySpan<byte> payload = blob[jobs.Starts[i]..jobs.Starts[i + 1]];
            if (source is null && allowed == 0 && limit == 0 && runAt == 0 && listed == rows.SubmittedUnixMs && InsertColumns.IsPlain(kind, payload.Length))
            {
                ColumnsOf(sql.InsertPlain, plain: true).AddPlain(key, kind, rows.SubmittedUnixMs, payload);
                continue;
            }
            ColumnsOf(later ? sql.InsertLater : sql.InsertJob, plain: false).Add(key, kind, rows.SubmittedUnixMs, payload,
                listed > rows.SubmittedUnixMs ? listed : null, source, allowed > 0 ? allowed : null, limit > 0 ? limit : null,
                runAt > 0 ? runAt : null, later ? runAt : 0, rows.IsOrdered(i));
        }
    }

    /// <param name="row">The outcome.</param>
    /// <param name="next">By job the first round in which it is settled where it is; null: all jobs wait in one table, each with one outcome.</param>
    private void Add(in OutcomeRow row, Dictionary<long, int>? next)
    {
        JobTable from = JobTable.Job;
        if (next is not null && !Where.TryGetValue(row.Key, out from))
        {
            Missing.Add(row.Key);
            return;
        }
        JobTable to = JobTables.Of(row.State);
        queues.Touch(JobKey.Queue(row.Key)).Move(from, to, row.State);
        int round = 0;
        if (next is not null)
        {
            round = next.GetValueOrDefault(row.Key);
            next[row.Key] = round + 1;
            if (to is JobTable.Done or JobTable.Ended)
                Where.Remove(row.Key);
            else
                Where[row.Key] = to;
        }

        bool ran = row.Attempt > 0 && row.StartedUnixMs > 0;
        int worker = ran ? words.Find(row.Worker) : 0, why = row.Why is null ? 0 : words.Find(row.Why);
        bool plain = OutcomeColumns.IsPlain(row, worker, why);
        while (_rounds.Count <= round)
            _rounds.Add([]);
        ref OutcomeColumns? columns = ref CollectionsMarshal.GetValueRefOrAddDefault(_rounds[round], (from, to, ran, plain), out _);
        columns ??= new OutcomeColumns();
        if (plain)
            columns.AddPlain(row, worker, why);
        else
            columns.Add(row, ran ? worker : null, why > 0 ? why : null);
    }

    private InsertColumns ColumnsOf(string text, bool plain)
    {
        for (int i = _inserts.Count - 1; i >= 0; i--)
        {
            if (ReferenceEquals(_inserts[i].Sql, text) && !_inserts[i].Columns.IsFull)
                return _inserts[i].Columns;
        }
        InsertColumns columns = new();
        _inserts.Add((columns, text, plain));
        return columns;
    }

    private void Expect(NpgsqlBatch batch, NpgsqlBatchCommand command, int rows)
    {
        batch.BatchCommands.Add(command);
        _expected.Add(rows);
    }

    private void WriteHorizons(NpgsqlBatch batch, List<long> horizons)
    {
        // One statement may not change a row twice; the highest counts.
        long[] keys = [.. horizons.GroupBy(key => key >> JobKey.SequenceBits).Select(group => group.Max())];
        Expect(batch, new NpgsqlBatchCommand(sql.Horizon)
            .With([.. keys.Select(JobKey.Queue)]).With([.. keys.Select(JobKey.Priority)]).With(keys), keys.Length);
    }

    private void WriteFigures(NpgsqlBatch batch)
    {
        IReadOnlyList<QueueFigures> touched = queues.Touched;
        Expect(batch, new NpgsqlBatchCommand(sql.Figures)
            .With([.. touched.Select(queue => queue.Number)])
            .With([.. touched.Select(queue => queue.NextSequence)])
            .With([.. touched.Select(queue => queue.Newest)])
            .With([.. touched.Select(queue => queue.Priorities)])
            .With([.. touched.Select(queue => queue.Ready)])
            .With([.. touched.Select(queue => queue.Later)])
            .With([.. touched.Select(queue => queue.Dead)]), touched.Count);
    }
}
