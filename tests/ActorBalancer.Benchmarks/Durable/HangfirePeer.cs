using ActorBalancer.Storage.Tests.Postgres;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>Hangfire with its PostgreSQL storage and twenty workers, in this process; jobs are enqueued by eight threads.</summary>
internal sealed class HangfirePeer : IPeer
{
    private const int Workers = 20;
    private const int Threads = 8;

    private readonly PostgresServer _server;
    private readonly PostgreSqlStorage _storage;
    private BackgroundJobServer? _workers;

    public HangfirePeer(PostgresServer server)
    {
        _server = server;
        PostgreSqlStorageOptions options = new();
        _storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(server.ConnectionString, options), options);
    }

    public (int Jobs, uint Sum) Done => HangfireJob.Done;

    public Task AddAsync(int jobs)
    {
        BackgroundJobClient client = new(_storage);
        return Task.WhenAll(Enumerable.Range(0, Threads).Select(own => Task.Factory.StartNew(() =>
        {
            for (int i = own; i < jobs; i += Threads)
            {
                string text = PeerPayload.Of(i);
                client.Enqueue(() => HangfireJob.Work(text));
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    public Task StartAsync()
    {
        HangfireJob.Reset();
        _workers = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = Workers }, _storage);
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        _workers?.Dispose();
        _workers = null;
        return Task.CompletedTask;
    }

    public long Left() => _server.Number("SELECT count(*) FROM hangfire.jobqueue");

    public async ValueTask DisposeAsync() => await StopAsync();
}
