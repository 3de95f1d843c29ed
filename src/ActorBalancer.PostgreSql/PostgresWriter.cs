using System.Globalization;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>
/// The one connection over which a router node commits. Its application name carries the incarnation, so that a successor finds and
/// ends it: a client that was stopped in the middle of a transaction would hold its locks for ever. Dropped after any
/// failure, which undoes what it had not committed, and opened again by the next call.
/// </summary>
internal sealed class PostgresWriter(NpgsqlDataSource source, string schema) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;
    private long _incarnation;

    // The server cuts off what is longer.
    private const int LongestName = 63;

    /// <summary>What the writer of that incarnation calls itself. Other schemas of the database have incarnations of their own, which may be equal.</summary>
    public static string NameOf(long incarnation, string schema)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"actorbalancer-{incarnation}-{schema}");
        return name.Length <= LongestName ? name : name[..LongestName];
    }

    /// <summary>There is a connection from an earlier commit; whether it still works only the next one shows.</summary>
    public bool IsOpen => _connection is not null;

    public async ValueTask<NpgsqlConnection> OpenAsync(long incarnation, CancellationToken cancellation)
    {
        if (_connection is { State: System.Data.ConnectionState.Open } open && _incarnation == incarnation)
            return open;
        await DropAsync();
        NpgsqlConnection connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            await using NpgsqlCommand settings = new(Settings(incarnation), connection);
            await settings.ExecuteNonQueryAsync(cancellation);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        (_connection, _incarnation) = (connection, incarnation);
        return connection;
    }

    public async ValueTask DropAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        await connection.DisposeAsync();
    }

    public ValueTask DisposeAsync() => DropAsync();

    // The statements look for a few thousand keys in a table by its index, and join what they find with as many outcomes. A planner that knows neither
    // number, and takes the table for small (it is empty at first and its figures lag), would read it from end to end, dead rows
    // included, or compare each with each. Whoever keeps a transaction open without a word loses it, and what is acknowledged is
    // on disk, whatever the server's default says.
    private string Settings(long incarnation) =>
        $"SET application_name = '{NameOf(incarnation, schema)}'; SET enable_seqscan = off; SET enable_nestloop = off; SET enable_mergejoin = off; SET jit = off; "
        + "SET plan_cache_mode = force_generic_plan; SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '3s'; "
        + "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
}
