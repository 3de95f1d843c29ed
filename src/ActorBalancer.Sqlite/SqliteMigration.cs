using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>Makes a SQLite file's tables, or brings them up to date. The caller holds the file's lock, so nobody else does.</summary>
internal static class SqliteMigration
{
    /// <returns>Null, or why this program must not use the file.</returns>
    /// <exception cref="StoreUnavailableException">A script failed; the file is as it was before that script.</exception>
    public static string? Run(string file)
    {
        if (Refusal(file) is { } refusal)
            return refusal;
        SqliteConnectionStringBuilder connection = new() { DataSource = file, Pooling = false };
        DatabaseUpgradeResult result = DeployChanges.To
            .SqliteDatabase(connection.ConnectionString)
            .WithScripts(MigrationScripts.In(typeof(SqliteMigration).Assembly).Select(s => new SqlScript(s.Name, s.Text)))
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        return result.Successful ? null
            : throw new StoreUnavailableException($"The store {file} could not be brought up to date ({result.ErrorScript?.Name}): {result.Error.Message}", result.Error);
    }

    private static string? Refusal(string file)
    {
        using SqliteHandle handle = SqliteHandle.Open(file);
        // The log survives what a rollback journal would have to undo, and readers do not wait for the writer.
        if (handle.Text("PRAGMA journal_mode = WAL") is not "wal" and var mode)
            throw new InvalidOperationException($"The file {file} must be on a disk of this machine: SQLite cannot use its log there (journal mode {mode}).");
        return handle.Scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'") == 0 ? null
            : SchemaVersion.Refusal(file, (int)handle.Scalar("SELECT schema FROM meta"), (int)handle.Scalar("SELECT oldest FROM meta"));
    }
}
