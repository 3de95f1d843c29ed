using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBalancer.SystemTests.Samples;

/// <summary>The README's example for an application with an ActorSystem of its own, compiled and run.</summary>
public sealed class GuestSample
{
    [Fact]
    public async Task Guest_in_the_applications_actor_system_runs_an_actors_job()
    {
        // sample: guest
        // The application's own configuration; the last two lines are what the balancer asks for.
        const string Hocon = """
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            akka.cluster.roles = ["actorbalancer-router", "actorbalancer-worker"]
            akka.remote.dot-netty.tcp.maximum-frame-size = 1000000b
            """;
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddActorBalancerClient();
        builder.Services.AddAkka("shop", akka => akka
            .AddHocon(Hocon, HoconAddMode.Prepend)
            .WithActorBalancer(b => b
                .AddHandler<ResizeHandler, ResizeArgs>("resize"))
            .AddStartup((system, registry) => Akka.Cluster.Cluster.Get(system).Join(Akka.Cluster.Cluster.Get(system).SelfAddress)));
        using IHost host = builder.Build();
        await host.StartAsync();

        IActorRef balancer = host.Services.GetRequiredService<IRequiredActor<ActorBalancerRouter>>().ActorRef;
        JobAccepted accepted = await balancer.Ask<JobAccepted>(new SubmitJob("resize", new ResizeArgs(42, 640)));
        JobResult result = await host.Services.GetRequiredService<IJobClient>().WaitAsync(accepted.Id);
        // end

        Assert.Equal("image 42 at 640", result.Read<string>());
        await host.StopAsync();
    }
}
