using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

// The lease is kept in memory: the file's lock keeps every other process out, and a process that ended needs no lease. The
// incarnation is in the file, so that it only grows.
internal sealed partial class SqliteJobStore
{
    private readonly Lock _leaseLock = new();
    private NodeRow? _owner;
    private long _incarnation;
    private long _leaseFrom;
    private TimeSpan _lease;

    public async ValueTask<Registration> RegisterAsync(NodeRow node, TimeSpan lease, CancellationToken cancellation)
    {
        if (await OpenAsync(cancellation) is { } refusal)
            return new Registration(0, refusal);
        return await Writer.RunInTransactionAsync(handle =>
        {
            if (LiveOwner() is { } owner)
                return new Registration(0, owner);

            long incarnation = Math.Max(handle.Scalar("SELECT incarnation FROM meta"), NowUnixMs()) + 1;
            handle.Run("UPDATE meta SET incarnation = ?1", incarnation);
            handle.Run("DELETE FROM node WHERE fenced = 1");
            handle.Run("UPDATE node SET fenced = 1");
            handle.Run("UPDATE queue SET owner = 0 WHERE owner <> 0");
            handle.Cached("INSERT INTO node (incarnation, name, address, life_port, fenced) VALUES (?1, ?2, ?3, ?4, 0)")
                .Bind(1, incarnation).Bind(2, node.Name).Bind(3, node.Address).Bind(4, node.LifePort).Run();
            lock (_leaseLock)
                (_owner, _incarnation, _leaseFrom, _lease) = (node, incarnation, _clock.GetTimestamp(), lease);
            return new Registration(incarnation, null);
        });
    }

    public ValueTask<bool> RenewAsync(long incarnation, TimeSpan lease, CancellationToken cancellation)
    {
        lock (_leaseLock)
        {
            if (IsFenced(incarnation))
                return new(false);
            (_leaseFrom, _lease) = (_clock.GetTimestamp(), lease);
            return new(true);
        }
    }

    public async ValueTask ReleaseAsync(long incarnation, CancellationToken cancellation) =>
        await FenceAsync(incarnation, cancellation);

    public async ValueTask<bool> FenceAsync(long incarnation, CancellationToken cancellation) => await Writer.RunInTransactionAsync(handle =>
    {
        if (handle.Run("UPDATE node SET fenced = 1 WHERE incarnation = ?1 AND fenced = 0", incarnation) == 0)
            return false;
        handle.Run("UPDATE queue SET owner = 0 WHERE owner = ?1", incarnation);
        lock (_leaseLock)
        {
            if (incarnation == _incarnation)
                _owner = null;
        }
        return true;
    });

    public async ValueTask<IReadOnlyList<RouterRow>> RoutersAsync(CancellationToken cancellation)
    {
        await Task.CompletedTask;
        lock (_leaseLock)
            return _owner is null ? [] : [new RouterRow(_owner, _incarnation, LeaseLeft())];
    }

    public async ValueTask<IReadOnlyList<QueueRow>> ClaimAsync(long incarnation, CancellationToken cancellation) =>
        await Writer.RunInTransactionAsync<IReadOnlyList<QueueRow>>(handle =>
        {
            if (!HoldsFence(handle, incarnation))
                return [];
            handle.Run("UPDATE queue SET owner = ?1 WHERE owner = 0", incarnation);
            return [.. QueueRows(handle).Where(row => row.Owner == incarnation)];
        });

    public async ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellation) =>
        await Readers.ReadAsync<IReadOnlyList<QueueRow>>(handle => QueueRows(handle), cancellation);

    public async ValueTask<QueueRow?> OpenQueueAsync(long incarnation, string name, CancellationToken cancellation) =>
        await Writer.RunInTransactionAsync(handle =>
        {
            if (!HoldsFence(handle, incarnation))
                return null;
            if (QueueRows(handle, name) is [var known])
            {
                handle.Run("UPDATE queue SET owner = ?1 WHERE number = ?2 AND owner = 0", incarnation, known.Number);
                return known.Owner == 0 ? known with { Owner = incarnation } : known;
            }

            long number = handle.Scalar("SELECT count(*) FROM queue");
            if (number >= _maxQueues)
                return null;
            handle.Cached("INSERT INTO queue (number, name, owner) VALUES (?1, ?2, ?3)").Bind(1, number).Bind(2, name).Bind(3, incarnation).Run();
            // A number that is known before its commit is only ever the same number.
            _queues.Set(new QueueFigures((int)number, name));
            return new QueueRow { Number = (int)number, Name = name, Owner = incarnation };
        });

    /// <summary>The last look of every transaction that changes jobs (rule 2): the transaction holds the file's only write lock, so nobody fences in between.</summary>
    private static bool HoldsFence(SqliteHandle handle, long incarnation) =>
        handle.Scalar("SELECT count(*) FROM node WHERE incarnation = ?1 AND fenced = 0", incarnation) == 1;

    private static List<QueueRow> QueueRows(SqliteHandle handle, string? name = null)
    {
        ILookup<int, long> horizons = Horizons(handle);
        List<QueueRow> rows = [];
        // Ids in the inbox are taken, though no commit of ours has seen them.
        SqliteStatement all = handle.Cached(
            "SELECT number, name, owner, paused, strategy, binding, max(next_sequence, ifnull((SELECT max(key & 281474976710655) + 1 FROM inbox "
                + "WHERE inbox.queue = queue.name AND key >= 0), 0)), priorities, ready, later, dead, weights FROM queue WHERE ?1 IS NULL OR name = ?1 ORDER BY number").Bind(1, name);
        while (all.Step())
        {
            int number = (int)all.Long(0);
            rows.Add(new QueueRow
            {
                Number = number,
                Name = all.Text(1)!,
                Owner = all.Long(2),
                Paused = all.Long(3) != 0,
                Strategy = all.Text(4),
                Binding = (Strategies.Binding?)all.LongOrNull(5),
                NextSequence = all.Long(6),
                Priorities = (int)all.Long(7),
                Ready = all.Long(8),
                Later = all.Long(9),
                Dead = all.Long(10),
                Weights = (Strategies.WeightSource?)all.LongOrNull(11),
                Horizons = [.. horizons[number]],
            });
        }
        all.Reset();
        return rows;
    }

    private static ILookup<int, long> Horizons(SqliteHandle handle)
    {
        List<long> keys = [];
        // From the highest priority down is key order.
        SqliteStatement all = handle.Cached("SELECT key FROM horizon ORDER BY queue, priority DESC");
        while (all.Step())
            keys.Add(all.Long(0));
        all.Reset();
        return keys.ToLookup(JobKey.Queue);
    }

    private string? LiveOwner()
    {
        lock (_leaseLock)
        {
            return _owner is not null && LeaseLeft() is { Ticks: > 0 } left
                ? $"The SQLite store {_file} serves one router node, and {_owner.Name} at {_owner.Address} holds it for another "
                    + $"{Math.Ceiling(left.TotalSeconds):0} s: stop that node, or wait until it has been silent for so long."
                : null;
        }
    }

    private bool IsFenced(long incarnation) => _owner is null || incarnation != _incarnation;

    private TimeSpan LeaseLeft() => _lease - _clock.GetElapsedTime(_leaseFrom);
}
