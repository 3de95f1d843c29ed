using ActorBalancer.Cluster.Gateway;
using System.Data.Common;
using ActorBalancer.Hosting;
using ActorBalancer.Storage.Tests.Postgres;
using ActorBalancer.SystemTests.Processes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ActorBalancer.SystemTests.Transactions;

/// <summary>An application that embeds a node, and has a table of its own in the database of its store.</summary>
internal sealed class TransactionCluster : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbalancer-transactions-").FullName;
    private readonly PostgresServer? _server;
    private IHost? _host;

    private TransactionCluster(PostgresServer? server) => _server = server;

    public IJobClient Jobs => _host!.Services.GetRequiredService<IJobClient>();

    public static async Task<TransactionCluster> StartAsync(string store, Action<BalancerBuilder, TransactionCluster> handlers)
    {
        PostgresServer? server = store == "postgres" ? PostgresServer.TryStart() : null;
        Skip.If(store == "postgres" && server is null, "no PostgreSQL server is installed here (initdb and pg_ctl were not found)");
        TransactionCluster cluster = new(server);
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddActorBalancer(b =>
        {
            _ = server is null ? b.UseSqlite(cluster.File) : b.UsePostgres(server.ConnectionString);
            b.Set("actorbalancer.remoting.port", "0");
            handlers(b, cluster);
        });
        cluster._host = builder.Build();
        await cluster._host.StartAsync();
        // Before a test's own transaction locks the file: what is submitted in it waits for the node's registration and for its queue, which
        // the node makes at its start, and both write too.
        await Eventually.IsTrue(cluster.HasStoreAsync, "the node has its store");
        await using DbConnection connection = await cluster.ConnectAsync();
        await ExecuteAsync(connection, null, "CREATE TABLE ledger (entry integer NOT NULL)");
        return cluster;
    }

    private async Task<bool> HasStoreAsync()
    {
        try
        {
            IReadOnlyList<QueueInfo> queues = await ((JobClient)Jobs).ListQueuesAsync();
            return _server is not null || queues.Any(q => q.Name == "default" && q.Incarnation != 0);
        }
        catch (JobRefusedException)
        {
            return false;
        }
    }

    /// <summary>The database of the store.</summary>
    public DbDataSource Database => _server is null
        ? SqliteFactory.Instance.CreateDataSource($"Data Source={File};Pooling=False")
        : NpgsqlFactory.Instance.CreateDataSource(_server.ConnectionString + ";Pooling=False");

    public async Task<DbConnection> ConnectAsync() => await Database.OpenConnectionAsync();

    /// <summary>Writes an entry of the application's own, in its transaction.</summary>
    public static Task WriteAsync(DbTransaction transaction, int entry) =>
        ExecuteAsync(transaction.Connection!, transaction, FormattableString.Invariant($"INSERT INTO ledger VALUES ({entry})"));

    public async Task<long> CountAsync(int entry)
    {
        await using DbConnection connection = await ConnectAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = FormattableString.Invariant($"SELECT count(*) FROM ledger WHERE entry = {entry}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            await ((IAsyncDisposable)_host).DisposeAsync();
        }
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string File => Path.Combine(_folder, "jobs.db");

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql)
    {
        await using DbCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Written in this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
