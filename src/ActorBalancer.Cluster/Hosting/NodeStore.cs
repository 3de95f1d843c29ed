using System.Data.Common;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>The store of a router node, from the options to its end.</summary>
internal static class NodeStore
{
    // By constants, so that a trimmer keeps what they name where the application has it.
    private const string Sqlite = "ActorBalancer.Storage.Sqlite.SqliteProvider, ActorBalancer.Sqlite";
    private const string Postgres = "ActorBalancer.Storage.Postgres.PostgresProvider, ActorBalancer.PostgreSql";

    /// <summary>
    /// Makes and opens the store that the options name. One that is away for now is no fault: the router opens it when it registers, and
    /// tries again until then.
    /// </summary>
    /// <exception cref="BalancerConfigurationException">It cannot be used.</exception>
    public static async Task<IJobStore> OpenAsync(BalancerOptions options, TimeProvider clock, ILoggerFactory logs)
    {
        IJobStore store = Make(options, clock);
        try
        {
            if (store is IStoreUpkeep durable && await durable.OpenAsync(CancellationToken.None) is { } refusal)
                throw new BalancerConfigurationException([new ConfigurationError(KeyOf(options), null, refusal)]);
        }
        catch (StoreUnavailableException away)
        {
            Log.StoreAway(logs.CreateLogger<BalancerNode>(), away.Message);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
        return store;
    }

    /// <summary>The store that the options name, not yet open.</summary>
    /// <exception cref="BalancerConfigurationException">The options cannot be used, or there is no such store in this application.</exception>
    public static IJobStore Make(BalancerOptions options, TimeProvider clock)
    {
        if (options.Store == StoreNames.Memory)
            return new MemoryJobStore(clock, options.Memory, options.Limits.Queues);
        IStoreProvider? provider = options.Store == StoreNames.Postgres ? FindPostgres() : FindSqlite();
        if (provider is null)
        {
            string package = options.Store == StoreNames.Postgres ? "ActorBalancer.PostgreSql" : "ActorBalancer.Sqlite";
            throw new BalancerConfigurationException([new ConfigurationError(
                "actorbalancer.store", options.Store, $"is in a package that this application lacks: dotnet add package {package}, or use memory")]);
        }
        IJobStore? store = provider.Make(options, clock, out ConfigurationError? error);
        return store ?? throw new BalancerConfigurationException([error!]);
    }

    /// <summary>For a caller's or handler's own transaction.</summary>
    /// <exception cref="ArgumentException">It is of no database that can be the store.</exception>
    public static IJobTransactions Transactions(BalancerOptions options, DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return FindPostgres()?.Transactions(options, transaction) ?? FindSqlite()?.Transactions(options, transaction) ?? throw new ArgumentException(
            $"A transaction of {transaction.GetType().FullName} cannot hold jobs: use one of Npgsql or Microsoft.Data.Sqlite on the database of the store, "
                + "and add the package ActorBalancer.PostgreSql or ActorBalancer.Sqlite.", nameof(transaction));
    }

    private static IStoreProvider? FindSqlite() =>
        Type.GetType(Sqlite, throwOnError: false) is { } provider ? (IStoreProvider)Activator.CreateInstance(provider)! : null;

    private static IStoreProvider? FindPostgres() =>
        Type.GetType(Postgres, throwOnError: false) is { } provider ? (IStoreProvider)Activator.CreateInstance(provider)! : null;

    private static string KeyOf(BalancerOptions options) => options.Store switch
    {
        StoreNames.Sqlite => "actorbalancer.sqlite.file",
        StoreNames.Postgres => "actorbalancer.postgres.schema",
        _ => "actorbalancer.store",
    };
}
