using System.Globalization;
using ActorBalancer.Storage.Postgres;
using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Postgres;

/// <summary>A store in a schema of its own, whose clock stands still until it is told to move.</summary>
internal sealed class PostgresUnderTest : StoreUnderTest
{
    private static int _count;

    private readonly PostgresJobStore _store;
    private long _now = 1_793_606_400_000;
    private int _disposed;

    private PostgresUnderTest(PostgresServer server)
    {
        Server = server;
        Schema = string.Create(CultureInfo.InvariantCulture, $"test_{Environment.ProcessId}_{Interlocked.Increment(ref _count)}");
        _store = new PostgresJobStore(server.ConnectionString, maxQueues: 1000, Schema);
    }

    public PostgresServer Server { get; }

    public string Schema { get; }

    public override PostgresJobStore Store => _store;

    public override long NowUnixMs => _now;

    public override long Duplicates => _store.DuplicateOutcomes;

    public override bool TakesManyRouters => true;

    public override int ModelRuns => 5;

    public override int ModelKeys => 3;

    public override int WatchedCommits => 100;

    public static async Task<PostgresUnderTest> OpenAsync(PostgresServer? server = null)
    {
        PostgresUnderTest under = new(server ?? TestServer.Shared);
        Assert.Null(await under._store.OpenAsync(default));
        under.Server.Execute($"""
            CREATE TABLE {under.Schema}.clock (ms bigint NOT NULL);
            INSERT INTO {under.Schema}.clock VALUES ({under._now});
            CREATE OR REPLACE FUNCTION {under.Schema}.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT ms FROM {under.Schema}.clock'
            """);
        return under;
    }

    /// <summary>Another router node on the same tables.</summary>
    public PostgresJobStore Another(string? connectionString = null) => new(connectionString ?? Server.ConnectionString, maxQueues: 1000, Schema);

    public override void Pass(TimeSpan time)
    {
        _now += (long)time.TotalMilliseconds;
        Server.Execute(string.Create(CultureInfo.InvariantCulture, $"UPDATE {Schema}.clock SET ms = {_now}"));
    }

    public override async ValueTask DisposeAsync()
    {
        // A session that uses it ends it first.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        // The invariants hold after every test.
        Assert.Empty(await _store.CheckAsync(default));
        await _store.DisposeAsync();
        Server.Execute($"DROP SCHEMA {Schema} CASCADE");
    }
}
