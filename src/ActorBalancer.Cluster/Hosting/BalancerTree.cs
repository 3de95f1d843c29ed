using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Membership;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Cluster.Router;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Intake;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using Akka.Actor;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>What the actor tree of a node is made with.</summary>
internal sealed record TreeSettings
{
    public required BalancerOptions Options { get; init; }

    public required string NodeName { get; init; }

    public required LifePort LifePort { get; init; }

    /// <summary>Of this process: what its life port answers and its worker says.</summary>
    public required long Incarnation { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ulong Seed { get; init; }

    public required IntakeLimits Limits { get; init; }

    /// <summary>How arguments of <see cref="SubmitJob"/> are written.</summary>
    public required JobJson Json { get; init; }

    /// <summary>On a router.</summary>
    public IJobStore? Store { get; init; }

    /// <summary>Of this process.</summary>
    public required ProcessSampler Sampler { get; init; }

    /// <summary>On a router.</summary>
    public RouterBoard? Board { get; init; }

    /// <summary>On a worker. Lives as long as the process, so that a worker actor that is started again goes on with it.</summary>
    public WorkerEngine? Worker { get; init; }

    /// <summary>Handlers that are actors.</summary>
    public required ActorHandlers ActorHandlers { get; init; }

    /// <summary>What happens to jobs and queues is published on the event stream.</summary>
    public bool PublishesEvents { get; init; }

    /// <summary>What the worker offers.</summary>
    public string[] Kinds { get; init; } = [];

    /// <summary>A node of our own executable ends when it has seen no router for long; an embedding application's waits on.</summary>
    public required bool EndsForItsSupervisor { get; init; }

    /// <summary>Gets the actors once they are there, or why they are not.</summary>
    public required TaskCompletionSource<BalancerTree> Started { get; init; }

    /// <summary>Told once, if the tree stops without being asked to.</summary>
    public required Action<BalancerStopped> Stopped { get; init; }
}

/// <summary>The actors that a node speaks to.</summary>
/// <param name="Router">Null on a node that is no router.</param>
/// <param name="Worker">Null on a node that is no worker.</param>
/// <param name="Gateway">On every node.</param>
internal sealed record BalancerTree(IActorRef? Router, IActorRef? Worker, IActorRef Gateway);
