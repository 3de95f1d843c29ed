using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>
/// Makes the tables in a PostgreSQL schema, or brings them up to date. Nodes that start at once wait for each other: a transaction
/// holds an advisory lock meanwhile (not a session, which a connection pooler in between would lose).
/// </summary>
internal static class PostgresMigration
{
    // Any number that nobody else uses; the schema's name goes in beside it.
    private const int LockClass = 0x6162_6d67;

    /// <returns>Null, or why this program must not use the tables.</returns>
    /// <exception cref="NpgsqlException">The database is away or refuses.</exception>
    /// <exception cref="StoreUnavailableException">A script failed; the tables are as they were before that script.</exception>
    public static async Task<string?> RunAsync(NpgsqlDataSource source, string connectionString, PostgresNames names, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellation);
        // Most starts find everything as it should be, and need neither the lock nor the right to make tables.
        (int Schema, int Oldest)? found = await FindAsync(connection, names, cancellation);
        if (found is { } current && current.Schema >= SchemaVersion.Own)
            return SchemaVersion.Refusal(names.Shown, current.Schema, current.Oldest);

        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using (NpgsqlCommand hold = new($"SELECT pg_advisory_xact_lock({LockClass}, hashtext($1))", connection, transaction))
        {
            hold.Parameters.Add(new NpgsqlParameter<string> { TypedValue = names.Schema });
            hold.CommandTimeout = 0;
            await hold.ExecuteNonQueryAsync(cancellation);
        }
        found = await FindAsync(connection, names, cancellation);
        if (found is null || found.Value.Schema < SchemaVersion.Own)
            await Task.Run(() => Upgrade(connectionString, names), cancellation);
        await transaction.CommitAsync(cancellation);
        return found is { } newer ? SchemaVersion.Refusal(names.Shown, newer.Schema, newer.Oldest) : null;
    }

    private static void Upgrade(string connectionString, PostgresNames names)
    {
        DatabaseUpgradeResult result = DeployChanges.To
            .PostgresqlDatabase(connectionString, names.Schema)
            .WithScripts(MigrationScripts.In(typeof(PostgresMigration).Assembly).Select(s => new SqlScript(s.Name, s.Text)))
            .WithVariable("schema", names.Quoted)
            .JournalToPostgresqlTable(names.Schema, "schemaversions")
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new StoreUnavailableException($"The store {names.Shown} could not be brought up to date ({result.ErrorScript?.Name}): {result.Error.Message}", result.Error);
    }

    private static async Task<(int Schema, int Oldest)?> FindAsync(NpgsqlConnection connection, PostgresNames names, CancellationToken cancellation)
    {
        await using NpgsqlCommand exists = new("SELECT to_regclass($1) IS NOT NULL", connection);
        exists.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{names.Quoted}.meta" });
        if (await exists.ExecuteScalarAsync(cancellation) is not true)
            return null;
        await using NpgsqlCommand read = new($"SELECT schema, oldest FROM {names.Quoted}.meta", connection);
        await using NpgsqlDataReader row = await read.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? (row.GetInt32(0), row.GetInt32(1)) : null;
    }
}
