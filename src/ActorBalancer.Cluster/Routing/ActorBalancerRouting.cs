using Akka.Configuration;
using Akka.Hosting;

namespace ActorBalancer;

/// <summary>Makes the routers' names known to an ActorSystem. Only HOCON needs it: <c>router = actorbalancer-group</c>, <c>actorbalancer-pool</c>.</summary>
public static class ActorBalancerRouting
{
    /// <summary>To be the fallback of an ActorSystem's configuration.</summary>
    public static Config Hocon { get; } = ConfigurationFactory.ParseString($$"""
        akka.actor.router.type-mapping {
          actorbalancer-group = "{{typeof(ActorBalancerGroup).FullName}}, {{typeof(ActorBalancerGroup).Assembly.GetName().Name}}"
          actorbalancer-pool = "{{typeof(ActorBalancerPool).FullName}}, {{typeof(ActorBalancerPool).Assembly.GetName().Name}}"
        }
        """);

    /// <summary>The same with Akka.Hosting. <see cref="ActorBalancerAkka.WithActorBalancer"/> has it already.</summary>
    public static AkkaConfigurationBuilder WithActorBalancerRouting(this AkkaConfigurationBuilder akka) => akka.AddHocon(Hocon, HoconAddMode.Append);
}
