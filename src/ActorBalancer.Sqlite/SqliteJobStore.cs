using ActorBalancer.Storage.Rows;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>
/// Jobs in one SQLite file: write-ahead log, flushed to disk before a commit is acknowledged. One process and one router node. A
/// dedicated thread writes, a few connections read. What is not final lies in the tables <c>job</c> and <c>later</c>, which stay small;
/// what is final moves to <c>done</c> or <c>ended</c>.
/// </summary>
internal sealed partial class SqliteJobStore : IJobStore, IStoreUpkeep
{
    /// <summary>Before it, a checkpoint at the wrong moment could damage the file.</summary>
    private const int OldestVersion = 3_051_003;

    private readonly string _file;
    private readonly TimeProvider _clock;
    private readonly int _maxQueues;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly WordTable _words = new();
    private readonly QueueTable _queues = new();
    private SqliteFileLock? _lock;
    private SqliteWriter? _writer;
    private SqliteReaders? _readers;
    private long _duplicates;

    /// <param name="file">The database; made if there is none. Beside it lie its log, its index and its lock.</param>
    /// <param name="clock">For leases, incarnations and the age of finished jobs.</param>
    /// <param name="maxQueues">At most so many queues are made; a key has room for 2,048.</param>
    public SqliteJobStore(string file, TimeProvider clock, int maxQueues)
    {
        _file = Path.GetFullPath(file);
        _clock = clock;
        _maxQueues = Math.Min(maxQueues, JobKey.MaxQueues);
    }

    /// <summary>Outcomes that came for jobs which are final or no longer known, since this object was made.</summary>
    public long DuplicateOutcomes => Interlocked.Read(ref _duplicates);

    private SqliteWriter Writer => _writer ?? throw NotOpen();

    private SqliteReaders Readers => _readers ?? throw NotOpen();

    /// <summary>Takes the file's lock, brings its tables up to date and reads what is kept in memory. Does nothing when it is open.</summary>
    /// <returns>Null, or why the file cannot be used and what to do.</returns>
    /// <exception cref="StoreUnavailableException">The file cannot be read or written just now.</exception>
    public async Task<string?> OpenAsync(CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation);
        try
        {
            return _writer is null ? await Task.Run(Open, cancellation) : null;
        }
        catch (SqliteFailure e) when (e.IsDamage)
        {
            return $"The SQLite store {_file} cannot be used ({e.Message}). Move it away and restore a backup, or save what can be read with"
                + $" 'sqlite3 {_file} .recover'.";
        }
        catch (SqliteFailure e) when (e.IsFull || e.IsPassing)
        {
            throw new StoreUnavailableException($"The store {_file} cannot be opened: {e.Message}", e);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync();
        try
        {
            await Task.Run(Close);
        }
        finally
        {
            _opening.Release();
        }
    }

    private string? Open()
    {
        if (SqliteHandle.Version < OldestVersion)
            throw new InvalidOperationException($"SQLite 3.51.3 or newer is needed, since older ones can damage a file; the library loaded is {SqliteHandle.Version}.");
        SqliteFileLock? taken = SqliteFileLock.TryTake(_file);
        if (taken is null)
            return InUse();
        SqliteHandle? handle = null;
        try
        {
            if (SqliteMigration.Run(_file) is { } refusal)
            {
                taken.Dispose();
                return refusal;
            }
            handle = OpenHandle();
            // 8 MiB: long enough to spare most of the second writes, short enough not to be what fills a small disk.
            handle.Execute("PRAGMA wal_autocheckpoint = 2048");
            handle.Execute("PRAGMA journal_size_limit = 67108864");
            handle.Execute("PRAGMA cache_size = -65536");
            LeaveNoOwner(handle);
            ReadWords(handle);
            ReadQueues(handle);
        }
        catch
        {
            handle?.Dispose();
            taken.Dispose();
            throw;
        }
        _readers = new SqliteReaders(OpenReader);
        _writer = new SqliteWriter(handle);
        _lock = taken;
        return null;
    }

    private void Close()
    {
        _readers?.Dispose();
        _writer?.Dispose();
        _lock?.Dispose();
        (_readers, _writer, _lock) = (null, null, null);
    }

    private SqliteHandle OpenHandle()
    {
        SqliteHandle handle = SqliteHandle.Open(_file);
        handle.Execute("PRAGMA synchronous = FULL");
        handle.Execute("PRAGMA temp_store = MEMORY");
        return handle;
    }

    private SqliteHandle OpenReader()
    {
        SqliteHandle handle = OpenHandle();
        handle.Execute("PRAGMA query_only = ON");
        handle.Execute("PRAGMA cache_size = -16384");
        handle.AddTextFunction();
        return handle;
    }

    private static StoreUnavailableException NotOpen() => new("The store is not open.");

    private string InUse()
    {
        string who = "another process";
        try
        {
            using SqliteHandle handle = OpenHandle();
            if (handle.Text("SELECT name || ' at ' || address FROM node WHERE fenced = 0 ORDER BY incarnation DESC LIMIT 1") is { Length: > 0 } name)
                who = name;
        }
        catch (SqliteFailure)
        {
            // The file may be just being made; the refusal says enough without a name.
        }
        return $"The SQLite store {_file} serves one process, and {who} holds it: stop that process, or give this one another file"
            + " (actorbalancer.sqlite.file). Several router nodes need PostgreSQL.";
    }

    /// <summary>Who had the file before is gone, since we have its lock: its lease need not be waited for.</summary>
    private static void LeaveNoOwner(SqliteHandle handle)
    {
        handle.Execute("BEGIN IMMEDIATE");
        handle.Execute("UPDATE node SET fenced = 1 WHERE fenced = 0");
        handle.Execute("UPDATE queue SET owner = 0 WHERE owner <> 0");
        handle.Execute("COMMIT");
    }

    private void ReadWords(SqliteHandle handle)
    {
        _words.Clear();
        using SqliteStatement all = handle.Prepare("SELECT id, text FROM word");
        while (all.Step())
            _words.Add((int)all.Long(0), all.Text(1)!);
    }

    private void ReadQueues(SqliteHandle handle)
    {
        using SqliteStatement all = handle.Prepare("SELECT number, name, next_sequence, newest, priorities, ordered FROM queue");
        while (all.Step())
        {
            _queues.Set(new QueueFigures((int)all.Long(0), all.Text(1)!)
            {
                NextSequence = all.Long(2), Newest = all.Long(3), Priorities = (int)all.Long(4), IsOrdered = all.Long(5) != 0,
            });
        }
    }

    private long NowUnixMs() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The number of a word, which gets one within the open transaction if it has none.</summary>
    private int Word(SqliteHandle handle, string text)
    {
        if (_words.Find(text) is > 0 and int known)
            return known;
        SqliteStatement insert = handle.Cached("INSERT INTO word (text) VALUES (?1) RETURNING id").Bind(1, text);
        insert.Step();
        int id = (int)insert.Long(0);
        insert.Reset();
        _words.Add(id, text);
        return id;
    }
}
