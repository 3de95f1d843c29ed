using ActorBalancer.Options;
using ActorBalancer.Storage;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>What a router actor is made with.</summary>
internal sealed record RouterSettings
{
    public required BalancerOptions Options { get; init; }

    public required IJobStore Store { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Of the strategies' dice: routers with different seeds start out of phase.</summary>
    public required ulong Seed { get; init; }

    public required string NodeName { get; init; }

    /// <summary>Where this process's life port answers; 0: it has none.</summary>
    public required int LifePort { get; init; }

    /// <summary>What the life port answers.</summary>
    public required long ProcessIncarnation { get; init; }

    /// <summary>
    /// The kinds of this process's own worker: known from the start, so that the first submit need not wait for its hello.
    /// </summary>
    public string[] OwnKinds { get; init; } = [];

    /// <summary>See <see cref="Dispatch.Dispatcher.OpensAtStart"/>.</summary>
    public IReadOnlyList<string> OpensAtStart { get; init; } = [];

    /// <summary>What the node may know of this router without asking it.</summary>
    public required RouterBoard Board { get; init; }

    /// <summary>What happens to jobs and queues is published on the event stream.</summary>
    public bool PublishesEvents { get; init; }

    public required IActorRef Metrics { get; init; }

    public required IActorRef Membership { get; init; }
}
