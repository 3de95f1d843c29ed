using System.Data.Common;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>The store of a router node, from the options to its end.</summary>
internal static class NodeStore
{
    private const string Provider = "ActorBalancer.Storage.DurableStores, ActorBalancer.Storage";

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
        if (FindProvider() is not { } provider)
        {
            throw new BalancerConfigurationException([new ConfigurationError(
                "actorbalancer.store", options.Store, "is in ActorBalancer.Storage, which this application lacks: add a reference to it, or use memory")]);
        }
        IJobStore? store = provider.Make(options, clock, out ConfigurationError? error);
        return store ?? throw new BalancerConfigurationException([error!]);
    }

    /// <summary>For a caller's or handler's own transaction.</summary>
    /// <exception cref="ArgumentException">It is of no database that can be the store.</exception>
    public static IJobTransactions Transactions(BalancerOptions options, DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return FindProvider()?.Transactions(options, transaction) ?? throw new ArgumentException(
            $"A transaction of {transaction.GetType().FullName} cannot hold jobs: use one of Npgsql or Microsoft.Data.Sqlite on the database of the store, "
                + "and reference ActorBalancer.Storage.", nameof(transaction));
    }

    private static IStoreProvider? FindProvider() =>
        Type.GetType(Provider, throwOnError: false) is { } provider ? (IStoreProvider)Activator.CreateInstance(provider)! : null;

    private static string KeyOf(BalancerOptions options) => options.Store switch
    {
        StoreNames.Sqlite => "actorbalancer.sqlite.file",
        StoreNames.Postgres => "actorbalancer.postgres.schema",
        _ => "actorbalancer.store",
    };
}
