using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

// What callers in this process stored in transactions of their own (SqliteTransactions), taken over by the owner.
internal sealed partial class SqliteJobStore
{
    public async ValueTask<InboxRows> ReadInboxAsync(long incarnation, int limit, CancellationToken cancellation) => await Readers.ReadAsync(handle =>
    {
        InboxBuilder rows = new();
        SqliteStatement row = handle.Cached(
            $"SELECT {InboxBuilder.Columns} FROM inbox WHERE queue IN (SELECT name FROM queue WHERE owner = ?1) ORDER BY id LIMIT ?2").Bind(1, incarnation).Bind(2, limit);
        while (rows.Bytes <= InboxBuilder.MostBytes && row.Step())
        {
            rows.Add(row.Long(0), row.Text(1)!, row.Long(2), row.Text(3)!, row.Long(4), row.Text(5), (int)row.Long(6), row.Long(7),
                row.Long(8), (int)row.Long(9), row.Text(10), new UInt128((ulong)row.Long(11), (ulong)row.Long(12)), row.Blob(13));
        }
        row.Reset();
        List<string> ownerless = [];
        SqliteStatement free = handle.Cached("SELECT DISTINCT queue FROM inbox WHERE queue NOT IN (SELECT name FROM queue WHERE owner <> 0)");
        while (free.Step())
            ownerless.Add(free.Text(0)!);
        free.Reset();
        return rows.Build(ownerless);
    }, cancellation);

    /// <summary>Within the commit, so that no row is taken twice.</summary>
    private static void TakeFromInbox(SqliteHandle handle, Commit commit, LeftOutRows leftOut)
    {
        List<long> ids = LeftOutRows.InboxOf(commit);
        if (ids.Count == 0)
            return;
        HashSet<long> there = [];
        foreach (long id in ids)
        {
            if (handle.Run("DELETE FROM inbox WHERE id = ?1", id) == 1)
                there.Add(id);
        }
        leftOut.AddGone(there);
    }
}
