using System.Runtime.InteropServices;

namespace ActorBalancer.Storage;

/// <summary>An idempotency key and the job that has it.</summary>
internal readonly record struct StoredKey(int Queue, string Key, long Job, UInt128 Fingerprint, long SubmittedUnixMs)
{
    public bool IsFreeAt(long unixMs) => SubmittedUnixMs + (long)InsertRows.KeyLife.TotalMilliseconds <= unixMs;
}

/// <summary>
/// The rows of a commit that have idempotency keys: a store says which keys are taken, and this which rows are new. The rows are judged
/// in their order, so that the first of two with one key wins.
/// </summary>
internal sealed class KeyedRows
{
    private readonly Commit _commit;
    private readonly Dictionary<(int Queue, string Key), StoredKey> _taken = [];
    private readonly LeftOutRows _leftOut;
    private readonly HashSet<(int Queue, string Key)> _names = [];

    private KeyedRows(Commit commit, LeftOutRows leftOut)
    {
        (_commit, _leftOut) = (commit, leftOut);
        for (int batch = 0; batch < commit.Inserts.Count; batch++)
        {
            InsertRows rows = commit.Inserts[batch];
            for (int i = 0; rows.Jobs.IdempotencyKeys is not null && i < rows.Keys.Length; i++)
            {
                if (rows.Keys[i] >= 0 && !leftOut.Has(batch, i) && rows.Jobs.IdempotencyKey(i) is { } key)
                    _names.Add((JobKey.Queue(rows.Keys[i]), key));
            }
        }
    }

    /// <summary>Every key with its queue, to be looked up.</summary>
    public IReadOnlyCollection<(int Queue, string Key)> Names => _names;

    /// <summary>The answer to the owner, in the order of the rows.</summary>
    public List<KnownKey> Known { get; } = [];

    /// <summary>Keys to store from now on, those among them that had been taken and are free again included.</summary>
    public List<StoredKey> New { get; } = [];

    /// <summary>Null: no row has one.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="leftOut">Rows that do not count; those whose keys are taken are added to them.</param>
    public static KeyedRows? Of(Commit commit, LeftOutRows leftOut)
    {
        foreach (ref readonly InsertRows rows in CollectionsMarshal.AsSpan(commit.Inserts))
        {
            if (rows.Jobs.IdempotencyKeys is not null && new KeyedRows(commit, leftOut) is { _names.Count: > 0 } keyed)
                return keyed;
        }
        return null;
    }

    /// <summary>The store has that key.</summary>
    public void Take(in StoredKey stored) => _taken[(stored.Queue, stored.Key)] = stored;

    /// <summary>To be called once, when the store has said what is taken.</summary>
    public void Judge()
    {
        for (int i = 0; i < _commit.Inserts.Count; i++)
        {
            if (_commit.Inserts[i].Jobs.IdempotencyKeys is not null)
                Judge(i, _commit.Inserts[i]);
        }
    }

    private void Judge(int batch, in InsertRows rows)
    {
        Dictionary<(int Queue, string Key), StoredKey> fresh = [];
        bool reused = false;
        for (int i = 0; i < rows.Keys.Length; i++)
        {
            if (rows.Keys[i] < 0 || _leftOut.Has(batch, i) || rows.Jobs.IdempotencyKey(i) is not { } key)
                continue;
            int queue = JobKey.Queue(rows.Keys[i]);
            StoredKey own = new(queue, key, rows.Keys[i], rows.Jobs.Fingerprints![i], rows.SubmittedUnixMs);
            if (!(_taken.TryGetValue((queue, key), out StoredKey taken) && !taken.IsFreeAt(own.SubmittedUnixMs)) && !fresh.TryGetValue((queue, key), out taken))
            {
                fresh.Add((queue, key), own);
            }
            // The same row once more, whose commit was stored before: nothing changes, and nothing is to be told.
            else if (taken.Job != own.Job)
            {
                _leftOut.Add(batch, i);
                bool same = taken.Fingerprint == own.Fingerprint;
                Known.Add(new KnownKey(own.Job, taken.Job, same));
                reused |= !same;
            }
        }
        if (reused && rows.Jobs.Rule == BatchRule.AllOrNone)
        {
            _leftOut.AddAll(batch);
            return;
        }
        foreach (StoredKey stored in fresh.Values)
            Take(stored);
        New.AddRange(fresh.Values);
    }
}
