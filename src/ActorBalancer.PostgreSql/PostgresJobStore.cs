using ActorBalancer.Storage.Rows;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>
/// Jobs in a PostgreSQL schema, shared by any number of router nodes; a queue's owner alone writes its jobs, over one connection. What is not
/// final lies in the tables <c>job</c> and <c>later</c>, which stay small; what is final moves to <c>done</c>, in partitions
/// that are dropped whole, or to <c>ended</c>.
/// </summary>
internal sealed partial class PostgresJobStore : IJobStore, IStoreUpkeep
{
    /// <summary>The schema, unless it is told another.</summary>
    public const string DefaultSchema = "actorbalancer";

    // A database that does not answer for so long is away: a caller must hear so within five seconds.
    private const int TimeoutSeconds = 4;

    // A listing whose filter matches little looks at all that is kept.
    private const int ListTimeoutSeconds = 30;

    private readonly PostgresNames _names;
    private readonly PostgresSql _sql;
    private readonly PostgresTransactions _transactions;
    private readonly int _maxQueues;
    private readonly string _connectionString;
    private readonly NpgsqlDataSource _pool;
    private readonly NpgsqlDataSource _ownership;
    private readonly NpgsqlDataSource _writers;
    private readonly PostgresWriter _writer;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly WordTable _words = new();
    private readonly QueueTable _queues = new();
    private volatile bool _isOpen;
    private long _duplicates;

    /// <param name="connectionString">As Npgsql takes it; needs the right to make a schema at its first use.</param>
    /// <param name="maxQueues">At most so many queues are made; a key has room for 2,048.</param>
    /// <param name="schema">Where the tables lie.</param>
    public PostgresJobStore(string connectionString, int maxQueues, string schema = DefaultSchema)
    {
        NpgsqlConnectionStringBuilder settings = new(connectionString)
        {
            ApplicationName = "actorbalancer",
            CommandTimeout = TimeoutSeconds,
            // A server that hangs does not answer a cancellation either.
            CancellationTimeout = -1,
            // Statements are the same few all the time, and planned once a connection.
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,
            Enlist = false,
        };
        settings.Timeout = Math.Min(settings.Timeout, TimeoutSeconds);
        settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, 8);
        _names = new PostgresNames(schema, $"{settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}");
        _sql = new PostgresSql(_names);
        _transactions = new PostgresTransactions(schema);
        _load = new LoadSql(_names);
        _maxQueues = Math.Min(maxQueues, JobKey.MaxQueues);
        _connectionString = settings.ConnectionString;
        _pool = NpgsqlDataSource.Create(settings);
        // However many look at jobs, the lease is renewed.
        _ownership = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { MaxPoolSize = 2, MinPoolSize = 0 });
        _writers = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false });
        _writer = new PostgresWriter(_writers, schema);
    }

    /// <summary>Outcomes that came for jobs which are final or no longer known, since this object was made.</summary>
    public long DuplicateOutcomes => Interlocked.Read(ref _duplicates);

    /// <summary>Makes the tables or brings them up to date. Does nothing when that is done.</summary>
    /// <returns>Null, or why the database cannot be used and what to do.</returns>
    /// <exception cref="StoreUnavailableException">It cannot be reached, or does not do what it is asked.</exception>
    public async Task<string?> OpenAsync(CancellationToken cancellation)
    {
        if (_isOpen)
            return null;
        await _opening.WaitAsync(cancellation);
        try
        {
            string? refusal = _isOpen ? null : await PostgresMigration.RunAsync(_writers, _connectionString, _names, cancellation);
            _isOpen = refusal is null;
            return refusal;
        }
        catch (Exception e) when (PostgresErrors.IsPassing(e))
        {
            throw Away(e);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isOpen = false;
        await _writing.WaitAsync();
        await _writer.DisposeAsync();
        _writing.Release();
        await _writers.DisposeAsync();
        await _ownership.DisposeAsync();
        await _pool.DisposeAsync();
    }

    private StoreUnavailableException Away(Exception e) => new($"The store {_names.Shown} does not answer: {e.Message}", e);

    /// <summary>
    /// A short transaction on a connection of the pool. Where the connection turns out to have ended, as all do that were open before the
    /// server was restarted, it is tried once more on a new one: what is done here may be done twice.
    /// </summary>
    private async Task<T> OnAsync<T>(NpgsqlDataSource pool, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        if (!_isOpen)
            throw new StoreUnavailableException($"The store {_names.Shown} is not open.");
        for (bool again = true; ; again = false)
        {
            try
            {
                await using NpgsqlConnection connection = await pool.OpenConnectionAsync(cancellation);
                return await work(connection);
            }
            catch (Exception e) when (again && PostgresErrors.IsLostConnection(e))
            {
                pool.Clear();
            }
            catch (Exception e) when (PostgresErrors.IsPassing(e) && !cancellation.IsCancellationRequested)
            {
                // A server that was made a standby keeps its connections; new ones may find its successor.
                if (PostgresErrors.IsReadOnly(e))
                    pool.Clear();
                throw Away(e);
            }
        }
    }

    /// <summary>To look at jobs, and to tidy up.</summary>
    private Task<T> OnPoolAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) => OnAsync(_pool, work, cancellation);

    /// <summary>For what a router node owns.</summary>
    private Task<T> OnOwnAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) => OnAsync(_ownership, work, cancellation);

    /// <summary>The same in a transaction; rolled back unless the work says true.</summary>
    private Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, Task<(bool Keep, T Result)>> work, CancellationToken cancellation, bool own = false) =>
        OnAsync(own ? _ownership : _pool, async connection =>
        {
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
            (bool keep, T result) = await work(connection);
            if (keep)
                await transaction.CommitAsync(cancellation);
            return result;
        }, cancellation);

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> arguments)
    {
        NpgsqlCommand command = new(sql.Replace("{s}", _sql.Schema, StringComparison.Ordinal), connection);
        foreach (object argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return command;
    }

    private async Task<int> RunAsync(NpgsqlConnection connection, string sql, params object[] arguments)
    {
        await using NpgsqlCommand command = Command(connection, sql, arguments);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<T?> ScalarAsync<T>(NpgsqlConnection connection, string sql, params object[] arguments)
    {
        await using NpgsqlCommand command = Command(connection, sql, arguments);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    private Task<List<T>> RowsAsync<T>(NpgsqlConnection connection, Func<NpgsqlDataReader, T> row, string sql, params object[] arguments) =>
        RowsAsync(connection, row, TimeoutSeconds, sql, arguments);

    private async Task<List<T>> RowsAsync<T>(NpgsqlConnection connection, Func<NpgsqlDataReader, T> row, int timeout, string sql, object[] arguments)
    {
        await using NpgsqlCommand command = Command(connection, sql, arguments);
        command.CommandTimeout = timeout;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
            rows.Add(row(reader));
        return rows;
    }
}
