using ActorBalancer.AspNetCore;
using ActorBalancer.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBalancer;

/// <summary>Adds the node to the application's health checks.</summary>
public static class ActorBalancerHealth
{
    /// <summary>
    /// Reports the application's node. Healthy: it is a member of its cluster, its store is there, it is not draining. Degraded: one of these is
    /// not so for now, or it has not started yet, which is no reason to restart the process. Failed (unhealthy unless <paramref name="failureStatus"/> says otherwise): it
    /// has stopped by itself (<see cref="BalancerStopped"/>) and does not come back in this process. The reasons are in
    /// the description. Asks nobody and waits for nothing.
    /// </summary>
    /// <param name="health">What <c>services.AddHealthChecks()</c> returns.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What a node that has stopped is reported as; null: unhealthy.</param>
    /// <param name="tags">To select checks by.</param>
    public static IHealthChecksBuilder AddActorBalancer(
        this IHealthChecksBuilder health, string name = "actorbalancer", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(health);
        health.Services.AddActorBalancerClient();
        return health.Add(new HealthCheckRegistration(name, services => new NodeHealth(services.GetRequiredService<HostedNode>()), failureStatus, tags));
    }
}
