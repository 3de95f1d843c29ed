namespace ActorBalancer.Storage;

/// <summary>Rows among a commit's inserts that make no job.</summary>
internal sealed class LeftOutRows(Commit commit)
{
    private readonly bool[]?[] _rows = new bool[]?[commit.Inserts.Count];

    public bool Has(int batch, int row) => _rows[batch] is { } leftOut && leftOut[row];

    public void Add(int batch, int row) => (_rows[batch] ??= new bool[commit.Inserts[batch].Keys.Length])[row] = true;

    public void AddAll(int batch) => Array.Fill(_rows[batch] ??= new bool[commit.Inserts[batch].Keys.Length], true);

    /// <summary>Leaves out rows that came from the inbox and are not there any more, and says so in the commit's answer.</summary>
    public void AddGone(IReadOnlySet<long> there)
    {
        for (int batch = 0; batch < _rows.Length; batch++)
        {
            InsertRows rows = commit.Inserts[batch];
            for (int i = 0; rows.Inbox is not null && i < rows.Keys.Length; i++)
            {
                if (rows.Keys[i] < 0 || rows.Inbox[i] == 0 || there.Contains(rows.Inbox[i]))
                    continue;
                Add(batch, i);
                commit.Gone.Add(rows.Keys[i]);
            }
        }
    }

    /// <summary>Leaves out rows by key, and all of a batch of which none is inserted then.</summary>
    public void AddRefused(IReadOnlySet<long> keys)
    {
        for (int batch = 0; keys.Count > 0 && batch < _rows.Length; batch++)
        {
            InsertRows rows = commit.Inserts[batch];
            for (int i = 0; i < rows.Keys.Length; i++)
            {
                if (!keys.Contains(rows.Keys[i]))
                    continue;
                Add(batch, i);
                if (rows.Jobs.Rule == BatchRule.AllOrNone)
                    AddAll(batch);
            }
        }
    }

    /// <summary>Leaves out every row but those.</summary>
    public void AddAllBut(IReadOnlySet<long> keys)
    {
        for (int batch = 0; batch < _rows.Length; batch++)
        {
            long[] all = commit.Inserts[batch].Keys;
            for (int i = 0; i < all.Length; i++)
            {
                if (!keys.Contains(all[i]))
                    Add(batch, i);
            }
        }
    }

    /// <summary>Every row that the commit takes from the inbox.</summary>
    public static List<long> InboxOf(Commit commit)
    {
        List<long> ids = [.. commit.Inbox];
        foreach (InsertRows rows in commit.Inserts)
        {
            if (rows.Inbox is not null)
                ids.AddRange(rows.Inbox.Where(id => id != 0));
        }
        return ids;
    }
}
