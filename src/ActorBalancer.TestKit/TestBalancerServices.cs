using ActorBalancer.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ActorBalancer.Testing;

/// <summary>Puts a <see cref="TestBalancer"/> in the place of an application's own node.</summary>
public static class TestBalancerServices
{
    /// <summary>
    /// After <c>AddActorBalancer(...)</c>, for example in <c>ConfigureTestServices</c>: the same handlers, queues and middleware run in a
    /// <see cref="TestBalancer"/>, which is the application's <see cref="IJobClient"/>, and no node is started. Get it from the services. The
    /// application's <see cref="TimeProvider"/> becomes its <see cref="TestBalancer.Clock"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">No balancer was added.</exception>
    public static IServiceCollection UseTestBalancer(this IServiceCollection services)
    {
        if (services.LastOrDefault(s => s.ServiceType == typeof(BalancerBuilder))?.ImplementationInstance is not BalancerBuilder builder)
            throw new InvalidOperationException("There is no balancer to replace: call services.AddActorBalancer(...) before.");
        foreach (ServiceDescriptor node in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType == typeof(BalancerHostedService)).ToArray())
            services.Remove(node);
        services.RemoveAll<IJobClient>();
        services.RemoveAll<TimeProvider>();
        VirtualClock clock = new(VirtualClock.DefaultStart);
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(provider => new TestBalancer(builder, provider, clock, seed: 1));
        services.AddSingleton<IJobClient>(provider => provider.GetRequiredService<TestBalancer>());
        return services;
    }
}
