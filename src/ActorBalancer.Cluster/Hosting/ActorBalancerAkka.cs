using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Wire;
using Akka.Actor;
using Akka.DependencyInjection;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer;

/// <summary>Adds the balancer to an application's own ActorSystem.</summary>
public static class ActorBalancerAkka
{
    /// <summary>
    /// Starts a node as a guest: it adds the serializer of its own messages and its actors under
    /// <c>/user/actorbalancer</c>, and changes nothing else. The ActorSystem needs the cluster provider, the node's roles and a
    /// frame that holds the largest job; where one is missing the start fails and names the line to add. Actors submit with
    /// <see cref="SubmitJob"/> to <see cref="ActorBalancerRouter"/>; for an <see cref="IJobClient"/> also call
    /// <see cref="ActorBalancerServices.AddActorBalancerClient"/>. The application joins the cluster and stops the ActorSystem;
    /// the node drains in the phase <c>service-requests-done</c> of its coordinated shutdown.
    /// </summary>
    public static AkkaConfigurationBuilder WithActorBalancer(this AkkaConfigurationBuilder akka, Action<BalancerBuilder> configure)
    {
        BalancerBuilder builder = new();
        configure(builder);
        return akka
            .AddHocon(WireSettings.Serialization, HoconAddMode.Append)
            .WithActorBalancerRouting()
            .WithActors((system, registry) => StartAsync(builder, system, registry));
    }

    private static async Task StartAsync(BalancerBuilder builder, ActorSystem system, IActorRegistry registry)
    {
        IServiceProvider services = ((ServiceProviderDependencyResolver)DependencyResolver.For(system).Resolver).ServiceProvider;
        NodeSettings settings = builder.Build(
            services,
            services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            services.GetService<TimeProvider>() ?? TimeProvider.System);
        BalancerNode node = await BalancerNode.StartInAsync(system, settings with { Client = services.GetService<JobClient>(), PublishesEvents = true });
        registry.Register<ActorBalancerRouter>(node.Gateway);
        if (services.GetService<HostedNode>() is { } hosted)
        {
            hosted.Started(node);
            services.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(hosted.Stopping);
        }
    }
}
