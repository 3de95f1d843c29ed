using System.Data.Common;
using ActorBalancer.Options;
using Microsoft.Data.Sqlite;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>Makes the store <c>sqlite</c>. A node finds it by its name.</summary>
internal sealed class SqliteProvider : IStoreProvider
{
    public IJobStore? Make(BalancerOptions options, TimeProvider clock, out ConfigurationError? error)
    {
        error = null;
        return new SqliteJobStore(options.Sqlite.File, clock, options.Limits.Queues);
    }

    public IJobTransactions? Transactions(BalancerOptions options, DbTransaction transaction) =>
        transaction is SqliteTransaction ? new SqliteTransactions() : null;
}
