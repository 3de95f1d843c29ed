using ActorBalancer.Strategies;

namespace ActorBalancer.Options;

/// <summary>How one queue picks workers, orders its jobs and treats failure.</summary>
public sealed record QueueOptions
{
    /// <summary>The id of the strategy that picks a worker for each job.</summary>
    public required string Strategy { get; init; }

    /// <summary>When the pick is made. Null: as the strategy does by itself.</summary>
    public required Binding? Binding { get; init; }

    /// <summary>Where weights come from. Null: as the strategy does by itself.</summary>
    public required WeightSource? Weights { get; init; }

    /// <summary>What has to run one after another.</summary>
    public required QueueOrder Order { get; init; }

    /// <summary>For <c>random</c>: how many workers are drawn; the least loaded of them gets the job.</summary>
    public required int Choices { get; init; }

    /// <summary>For <c>source-hash</c>: how far above its fair share a worker may go before its keys overflow to the next.</summary>
    public required double LoadFactor { get; init; }

    /// <summary>How often a job may run before it is dead. A crash of the worker counts, a drain does not.</summary>
    public required int Attempts { get; init; }

    /// <summary>How long a failed job waits before it runs again.</summary>
    public required BackoffOptions Backoff { get; init; }

    /// <summary>How long one attempt may run before it is cancelled.</summary>
    public required TimeSpan TimeLimit { get; init; }
}
