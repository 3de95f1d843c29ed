using System.Data.Common;
using ActorBalancer.Options;

namespace ActorBalancer.Storage;

/// <summary>
/// Makes the durable store of one database system. A node finds it by name in the package of that system, since it knows no database
/// and a node on memory needs none.
/// </summary>
internal interface IStoreProvider
{
    /// <summary>The store that the options name, not yet open; null, and why, where they cannot be used. Connects to nothing.</summary>
    IJobStore? Make(BalancerOptions options, TimeProvider clock, out ConfigurationError? error);

    /// <summary>What callers store in transactions of this kind; null: of another database system.</summary>
    IJobTransactions? Transactions(BalancerOptions options, DbTransaction transaction);
}
