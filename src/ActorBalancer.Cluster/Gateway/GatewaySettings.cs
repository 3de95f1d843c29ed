using ActorBalancer.Intake;
using Akka.Actor;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>What a gateway needs to know.</summary>
internal sealed record GatewaySettings
{
    public IntakeLimits Limits { get; init; } = new();

    /// <summary>Bytes that a payload may have.</summary>
    public required int PayloadLimit { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>How arguments are written.</summary>
    public JobJson Json { get; init; } = JobJson.Default;

    /// <summary>Tells of the other nodes.</summary>
    public required IActorRef Membership { get; init; }

    /// <summary>The router of this node; null: it has none.</summary>
    public IActorRef? LocalRouter { get; init; }
}
