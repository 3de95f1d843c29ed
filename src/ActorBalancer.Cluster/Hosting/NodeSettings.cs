using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Storage;
using Akka.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.Cluster.Hosting;

/// <summary>What a node is started with.</summary>
internal sealed record NodeSettings
{
    /// <summary>No roles: a client only.</summary>
    public required BalancerOptions Options { get; init; }

    /// <summary>The <c>akka</c> block of the user's file; read only where the ActorSystem is the node's own.</summary>
    public Config Akka { get; init; } = Config.Empty;

    /// <summary>What a worker runs.</summary>
    public HandlerRegistry Handlers { get; init; } = new();

    /// <summary>How arguments are read and written.</summary>
    public JobJson Json { get; init; } = JobJson.Default;

    /// <summary>Where handlers get their services.</summary>
    public required IServiceProvider Services { get; init; }

    public required ILoggerFactory Logs { get; init; }

    /// <summary>Null on a router: as the options say. The node ends it with itself.</summary>
    public IJobStore? Store { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The client to connect; null: a new one.</summary>
    public JobClient? Client { get; init; }

    /// <summary>Of the strategies' dice; null: differs for every process.</summary>
    public ulong? Seed { get; init; }

    /// <summary>True for our executable: it ends when it has seen no router for long.</summary>
    public bool EndsForItsSupervisor { get; init; }

    /// <summary>What happens to jobs and queues is published on the event stream: for an ActorSystem that others look into.</summary>
    public bool PublishesEvents { get; init; }

    /// <summary>Told once, if the node stops without being asked to.</summary>
    public Action<BalancerStopped>? OnStopped { get; init; }
}
