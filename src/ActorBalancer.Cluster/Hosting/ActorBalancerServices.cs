using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ActorBalancer;

/// <summary>Adds the balancer to a .NET generic host.</summary>
public static class ActorBalancerServices
{
    /// <summary>
    /// Adds a node in an ActorSystem of its own, started and stopped with the host, and <see cref="IJobClient"/>. With nothing
    /// configured one process is router, worker and client. It drains when the host stops: give
    /// <c>HostOptions.ShutdownTimeout</c> more time than <c>worker.drain</c>.
    /// </summary>
    public static IServiceCollection AddActorBalancer(this IServiceCollection services, Action<BalancerBuilder> configure)
    {
        BalancerBuilder builder = new();
        configure(builder);
        services.AddSingleton(builder);
        services.AddActorBalancerClient();
        services.AddHostedService<BalancerHostedService>();
        return services;
    }

    /// <summary>
    /// Adds <see cref="IJobClient"/>, and what health checks and the HTTP API need, for a node that <see cref="ActorBalancerAkka.WithActorBalancer"/> starts in the
    /// application's ActorSystem.
    /// </summary>
    public static IServiceCollection AddActorBalancerClient(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<JobClient>();
        services.TryAddSingleton<HostedNode>();
        services.TryAddSingleton<IJobClient>(provider => provider.GetRequiredService<JobClient>());
        return services;
    }
}
