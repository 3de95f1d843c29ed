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
                .AddHandler<ResizeHandler, ResizeArgs>("resize")
                .AddActorHandler<MailArgs>("mail", Props.Create(() => new MailActor())))
            .AddStartup((system, registry) => Akka.Cluster.Cluster.Get(system).Join(Akka.Cluster.Cluster.Get(system).SelfAddress)));
        using IHost host = builder.Build();
        await host.StartAsync();

        IActorRef balancer = host.Services.GetRequiredService<IRequiredActor<ActorBalancerRouter>>().ActorRef;
        JobAccepted accepted = await balancer.Ask<JobAccepted>(new SubmitJob("resize", new ResizeArgs(42, 640)));
        JobResult result = await host.Services.GetRequiredService<IJobClient>().WaitAsync(accepted.Id);
        // end

        Assert.Equal("image 42 at 640", result.Read<string>());
        accepted = await balancer.Ask<JobAccepted>(new SubmitJob("mail", new MailArgs("ada@example.org")));
        result = await host.Services.GetRequiredService<IJobClient>().WaitAsync(accepted.Id);
        Assert.Equal("sent to ada@example.org", result.Read<string>());
        await host.StopAsync();
    }

    [Fact]
    public async Task Router_of_the_application_sends_a_source_to_one_home()
    {
        using ActorSystem system = ActorSystem.Create("albums");
        // sample: router
        IActorRef albums = system.ActorOf(Props.Create(() => new AlbumActor()).WithRouter(new ActorBalancerPool(8, new RoutingOptions
        {
            Strategy = "source-hash",
            Source = message => (message as ShowAlbum)?.Album,
        })));
        string home = await albums.Ask<string>(new ShowAlbum("coast", Page: 1));
        // end
        Assert.Equal(home, await albums.Ask<string>(new ShowAlbum("coast", Page: 2)));
        HashSet<string> homes = [];
        for (int album = 0; album < 50; album++)
            homes.Add(await albums.Ask<string>(new ShowAlbum($"album {album}", Page: 1)));
        Assert.Equal(8, homes.Count);
    }

    // sample: actor
    private sealed class MailActor : ReceiveActor
    {
        public MailActor()
        {
            Receive<MailArgs>(mail => Sender.Tell($"sent to {mail.To}"));       // any value is the result; a JobOutcome says more
            Receive<JobCancelled>(_ => Sender.Tell(JobOutcome.Discard("cancelled")));
        }
    }
    // end

    private sealed record ShowAlbum(string Album, int Page);

    private sealed class AlbumActor : ReceiveActor
    {
        public AlbumActor() => Receive<ShowAlbum>(_ => Sender.Tell(Self.Path.Name));
    }
}
