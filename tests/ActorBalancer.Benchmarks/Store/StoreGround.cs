using ActorBalancer.Storage;
using ActorBalancer.Storage.Postgres;
using ActorBalancer.Storage.Sqlite;
using ActorBalancer.Storage.Tests.Postgres;

namespace ActorBalancer.Benchmarks.Store;

/// <summary>A durable store in a place of its own: an SQLite file in a new folder, or a schema on a PostgreSQL server started for it.</summary>
internal sealed class StoreGround : IDisposable
{
    private const int MaxQueues = 1000;

    private StoreGround(string folder, PostgresServer? server, IJobStore store) => (Folder, Server, Store) = (folder, server, store);

    /// <summary>For whatever else the measurement needs on the same disk.</summary>
    public string Folder { get; }

    /// <summary>Where the store lies; null: not on a server of our own.</summary>
    public PostgresServer? Server { get; }

    /// <summary>Whoever uses it ends it.</summary>
    public IJobStore Store { get; }

    /// <summary>The schema on a server.</summary>
    public static string Schema { get; } = $"bench_{Environment.ProcessId}";

    /// <summary>Null: there is no PostgreSQL server to be started on this machine.</summary>
    public static StoreGround? TryMake(string name, string? connection = null)
    {
        PostgresServer? server = name == "postgres" && connection is null ? PostgresServer.TryStart() : null;
        if (name == "postgres" && (connection ??= server?.ConnectionString) is null)
            return null;
        string folder = Directory.CreateTempSubdirectory("actorbalancer-bench-").FullName;
        return new StoreGround(folder, server, name == "sqlite"
            ? new SqliteJobStore(Path.Combine(folder, "jobs.db"), TimeProvider.System, MaxQueues)
            : new PostgresJobStore(connection!, MaxQueues, Schema));
    }

    public void Dispose()
    {
        Server?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
