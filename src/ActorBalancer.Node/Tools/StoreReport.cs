using ActorBalancer.Storage;

namespace ActorBalancer.Node.Tools;

/// <summary>What <c>store migrate --json</c> prints.</summary>
/// <param name="Store"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Schema">The version of its tables now.</param>
internal sealed record StoreVersion(string Store, int Schema);

/// <summary>What <c>store check --json</c> prints.</summary>
/// <param name="Store"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Findings">One sentence each; none when all is well.</param>
internal sealed record StoreFindings(string Store, IReadOnlyList<string> Findings);

/// <summary>What <c>store stats --json</c> prints.</summary>
internal sealed record StoreFigures(
    string Store, int Schema, string Engine, long Bytes, long FreeBytes, long LogBytes, long DeadRows, double OldestTransactionS,
    IReadOnlyList<QueueCounts> Queues, IReadOnlyList<StoreRouter> Routers)
{
    public static StoreFigures Of(StoreStats stats) => new(
        stats.Store, stats.Schema, stats.Engine, stats.Bytes, stats.FreeBytes, stats.LogBytes, stats.DeadRows, stats.OldestTransaction.TotalSeconds,
        stats.Queues, [.. stats.Routers.Select(r => new StoreRouter(r.Node.Name, r.Node.Address, r.Incarnation, r.LeaseLeft.TotalSeconds))]);
}

/// <summary>A router node that is registered in the store.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its cluster address.</param>
/// <param name="Incarnation">Of its registration.</param>
/// <param name="LeaseLeftS">Seconds; zero or less: another router may take over.</param>
internal sealed record StoreRouter(string Name, string Address, long Incarnation, double LeaseLeftS);
