using ActorBalancer.Cluster.Worker;

namespace ActorBalancer.Cluster.Tests.Worker;

/// <summary>What the runs of a test have in common: no database.</summary>
internal static class Surroundings
{
    public static JobSurroundings Of(string worker, TimeProvider? clock = null) => new()
    {
        WorkerName = worker,
        Clock = clock ?? TimeProvider.System,
        PayloadLimit = 256 << 10,
        ResultLimit = 64 << 10,
        Transactions = static _ => throw new NotSupportedException(),
    };
}
