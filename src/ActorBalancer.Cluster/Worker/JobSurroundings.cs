using System.Data.Common;
using ActorBalancer.Storage;

namespace ActorBalancer.Cluster.Worker;

/// <summary>What all runs of a worker have in common.</summary>
internal sealed record JobSurroundings
{
    public required string WorkerName { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>How arguments are read and written.</summary>
    public JobJson Json { get; init; } = JobJson.Default;

    /// <summary>Bytes.</summary>
    public required int PayloadLimit { get; init; }

    /// <summary>Bytes.</summary>
    public required int ResultLimit { get; init; }

    /// <summary>Some run has said how far it is.</summary>
    public Action Progressed { get; init; } = static () => { };

    /// <summary>What a handler's transaction can hold.</summary>
    public required Func<DbTransaction, IJobTransactions> Transactions { get; init; }
}
