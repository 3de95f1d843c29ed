using System.Data.Common;
using ActorBalancer.Options;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>Makes the store <c>postgres</c>. A node finds it by its name.</summary>
internal sealed class PostgresProvider : IStoreProvider
{
    private const string ConnectionKey = "actorbalancer.postgres.connection";

    public IJobStore? Make(BalancerOptions options, TimeProvider clock, out ConfigurationError? error)
    {
        if (Connection(options.Postgres.Connection, out string connection) is { } problem)
        {
            error = new ConfigurationError(ConnectionKey, Shown(options.Postgres.Connection), problem);
            return null;
        }
        try
        {
            error = null;
            return new PostgresJobStore(connection, options.Limits.Queues, options.Postgres.Schema);
        }
        catch (ArgumentException e)
        {
            // Npgsql names the key that it does not know or cannot read, never a value of the others.
            error = new ConfigurationError(ConnectionKey, Shown(options.Postgres.Connection), $"is no connection that can be used: {e.Message}");
            return null;
        }
    }

    public IJobTransactions? Transactions(BalancerOptions options, DbTransaction transaction) =>
        transaction is NpgsqlTransaction ? new PostgresTransactions(options.Postgres.Schema) : null;

    /// <summary>Follows <c>env:</c> and <c>file:</c>. Null, or why there is nothing.</summary>
    private static string? Connection(string text, out string connection)
    {
        connection = text;
        if (text.StartsWith(ConnectionText.Variable, StringComparison.Ordinal))
        {
            string name = text[ConnectionText.Variable.Length..];
            connection = Environment.GetEnvironmentVariable(name)?.Trim() ?? "";
            return connection.Length > 0 ? null : $"the environment has no variable {name}, or it is empty";
        }
        if (!text.StartsWith(ConnectionText.File, StringComparison.Ordinal))
            return null;
        try
        {
            connection = File.ReadAllText(text[ConnectionText.File.Length..]).Trim();
            return connection.Length > 0 ? null : "this file is empty";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {e.Message}";
        }
    }

    private static string? Shown(string text) => ConnectionText.IsReference(text) ? text : null;
}
