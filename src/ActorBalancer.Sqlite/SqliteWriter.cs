using System.Collections.Concurrent;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>
/// The one thread that writes: SQLite blocks while it waits for the disk, and that must not be a thread of the pool. One
/// transaction after the other; whoever asks gets the answer as a task.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly BlockingCollection<Action<SqliteHandle>> _work = [];
    private readonly SqliteHandle _handle;
    private readonly Thread _thread;

    public SqliteWriter(SqliteHandle handle)
    {
        _handle = handle;
        _thread = new Thread(Work) { Name = "actorbalancer-sqlite", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs it on the writer's thread, within no transaction; what it throws is the task's.</summary>
    public Task<T> RunAsync<T>(Func<SqliteHandle, T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(handle =>
            {
                try
                {
                    done.SetResult(work(handle));
                }
#pragma warning disable CA1031 // The one who asked gets it, whatever it is; the thread must go on.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    handle.Rollback();
                    done.SetException(e is SqliteFailure { IsFull: true } or SqliteFailure { IsPassing: true }
                        ? new StoreUnavailableException(e.Message, e) : e);
                }
            });
        }
        catch (InvalidOperationException)
        {
            done.SetException(new StoreUnavailableException("The store is closed."));
        }
        return done.Task;
    }

    /// <summary>The same within one transaction.</summary>
    public Task<T> RunInTransactionAsync<T>(Func<SqliteHandle, T> work) => RunAsync(handle =>
    {
        handle.Cached("BEGIN IMMEDIATE").Run();
        T result = work(handle);
        handle.Cached("COMMIT").Run();
        return result;
    });

    /// <summary>Lets it finish what was asked for, and closes its connection.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
        _handle.Dispose();
    }

    private void Work()
    {
        foreach (Action<SqliteHandle> work in _work.GetConsumingEnumerable())
            work(_handle);
    }
}
