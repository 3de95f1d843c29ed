using System.Collections.Concurrent;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>
/// A few connections for reading, so that a listing never waits for the writer or the writer for a listing. Each reading sees one
/// commit, whole, and is short: a snapshot that is held keeps the write-ahead log from being emptied.
/// </summary>
internal sealed class SqliteReaders(Func<SqliteHandle> open) : IDisposable
{
    private const int Most = 4;

    private readonly SemaphoreSlim _free = new(Most, Most);
    private readonly ConcurrentBag<SqliteHandle> _handles = [];
    private volatile bool _closed;

    /// <exception cref="StoreUnavailableException">The file cannot be read just now.</exception>
    public async Task<T> ReadAsync<T>(Func<SqliteHandle, T> read, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        await _free.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Read(read), cancellation);
        }
        catch (SqliteFailure e) when (e.IsPassing)
        {
            throw new StoreUnavailableException(e.Message, e);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for what is being read, and closes the connections.</summary>
    public void Dispose()
    {
        _closed = true;
        for (int i = 0; i < Most; i++)
            _free.Wait();
        foreach (SqliteHandle handle in _handles)
            handle.Dispose();
        _free.Dispose();
    }

    private T Read<T>(Func<SqliteHandle, T> read)
    {
        if (!_handles.TryTake(out SqliteHandle? handle))
            handle = open();
        try
        {
            handle.Cached("BEGIN").Run();
            return read(handle);
        }
        finally
        {
            handle.Rollback();
            _handles.Add(handle);
        }
    }
}
