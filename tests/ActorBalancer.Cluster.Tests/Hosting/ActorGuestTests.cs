using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBalancer.Cluster.Tests.Hosting;

/// <summary>The balancer as actor people use it: told, answered, handled by actors, heard on the event stream.</summary>
public sealed class ActorGuestTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Actors_submit_handle_and_hear_of_jobs()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddActorBalancerClient();
        builder.Services.AddAkka("guests", akka => akka
            .AddHocon(
                """
                akka.actor.provider = cluster
                akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, maximum-frame-size = 640000b }
                akka.cluster.roles = ["actorbalancer-router", "actorbalancer-worker"]
                akka.cluster.downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
                """,
                HoconAddMode.Prepend)
            .WithActorBalancer(b => b
                .Name("guest").UseMemory().Slots(2)
                .AddActorHandler<Resize>("resize", Props.Create(() => new Resizer()))
                .AddActorHandler<Resize, Shop>("sell"))
            .WithActors((system, registry) => registry.Register<Shop>(system.ActorOf(Props.Create(() => new Shop()), "shop"))));
        using IHost host = builder.Build();
        await host.StartAsync();
        ActorSystem system = host.Services.GetRequiredService<ActorSystem>();
        await Akka.Cluster.Cluster.Get(system).JoinAsync(Akka.Cluster.Cluster.Get(system).SelfAddress);
        BlockingCollection<object> heard = [];
        IActorRef listener = system.ActorOf(Props.Create(() => new Listener(heard)));
        Assert.True(system.EventStream.Subscribe(listener, typeof(JobFinished)) && system.EventStream.Subscribe(listener, typeof(QueueChanged)));

        // By the registry, as Akka.Hosting gives actors to each other.
        IActorRef router = host.Services.GetRequiredService<IRequiredActor<ActorBalancerRouter>>().ActorRef;
        JobId id = (await router.Ask<JobAccepted>(new SubmitJob("resize", new Resize(21), new() { Queue = "images" }), Hang)).Id;
        IJobClient jobs = host.Services.GetRequiredService<IJobClient>();
        Assert.Equal(42, (await jobs.WaitAsync(id).WaitAsync(Hang)).Read<int>());
        Assert.Equal(22, (await jobs.WaitAsync((await router.Ask<JobAccepted>(new SubmitJob("sell", new Resize(21)), Hang)).Id).WaitAsync(Hang)).Read<int>());

        Assert.Equal(RefusalCode.UnknownKind, (await router.Ask<JobRefused>(new SubmitJob("nobody-offers-it", 1), Hang)).Code);
        JobRefused refused = await router.Ask<JobRefused>(new SubmitJob("Bad Kind", 1), Hang);
        Assert.Equal(RefusalCode.Invalid, refused.Code);
        Assert.NotEmpty(refused.Detail);

        object[] four = [.. heard.GetConsumingEnumerable(new CancellationTokenSource(Hang).Token).Take(4)];
        Assert.Contains(new JobFinished(id, "images", "resize", JobState.Succeeded, "guest", default), four);
        Assert.Contains(four.OfType<QueueChanged>(), q => q is { Queue: "images", Change: "created", Strategy: "least-connections" });
        await host.StopAsync();
    }

    private sealed record Resize(int Width);

    /// <summary>Answers by a timer of its own, and from a child that failed once and was restarted.</summary>
    private sealed class Resizer : ReceiveActor, IWithTimers
    {
        private IActorRef _asker = ActorRefs.Nobody;

        public Resizer()
        {
            IActorRef child = Context.ActorOf(Props.Create(() => new Doubler()));
            Receive<Resize>(m =>
            {
                _asker = Sender;
                child.Tell("fail");
                Timers.StartSingleTimer("soon", m.Width, TimeSpan.FromMilliseconds(1));
            });
            Receive<int>(width => child.Tell(width, _asker));
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }

    private sealed class Doubler : ReceiveActor
    {
        public Doubler()
        {
            Receive<int>(n => Sender.Tell(2 * n));
            Receive<string>(_ => throw new InvalidOperationException("once"));
        }
    }

    private sealed class Shop : ReceiveActor
    {
        public Shop() => Receive<Resize>(m => Sender.Tell(m.Width + 1));
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(BlockingCollection<object> heard) => ReceiveAny(heard.Add);
    }
}
