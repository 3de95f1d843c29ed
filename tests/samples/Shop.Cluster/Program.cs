using ActorBalancer;
using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop;

// The application's own configuration; the balancer's two roles, the frame size and time for what still runs are what it asks its host for.
const string Hocon = """
    akka.actor.provider = cluster
    akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, maximum-frame-size = 1000000b }
    akka.loglevel = WARNING
    akka.coordinated-shutdown.phases.service-requests-done.timeout = 40s
    akka.cluster.roles = [shop, actorbalancer-router, actorbalancer-worker]
    """;
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddActorBalancerClient();
builder.Services.AddAkka("shop", akka => akka
    .AddHocon(Hocon, HoconAddMode.Prepend)
    .WithActorBalancer(b => b
        .UseMemory()
        .AddHandler("pack", (Order order) => JobOutcome.OkWith($"{order.Items} items for {order.Customer}")))
    .WithActors((system, registry) => registry.Register<OrderDesk>(
        system.ActorOf(Props.Create(() => new OrderDesk(registry.Get<ActorBalancerRouter>())), "orders")))
    .AddStartup((system, _) => Cluster.Get(system).Join(Cluster.Get(system).SelfAddress)));
using IHost host = builder.Build();
await host.StartAsync();

IActorRef desk = host.Services.GetRequiredService<IRequiredActor<OrderDesk>>().ActorRef;
IJobClient jobs = host.Services.GetRequiredService<IJobClient>();
foreach (Order order in new[] { new Order("ada", 3), new Order("bob", 1), new Order("ada", 2) })
{
    OrderTaken taken = await desk.Ask<OrderTaken>(order, TimeSpan.FromMinutes(1));
    JobResult packed = await jobs.WaitAsync(taken.Job);
    Console.WriteLine($"order {taken.Number}: {packed.Read<string>()}");
}
await host.StopAsync();

namespace Shop
{
    /// <summary>An order, and what a job of kind <c>pack</c> is about.</summary>
    internal sealed record Order(string Customer, int Items);

    /// <summary>The desk's answer.</summary>
    internal sealed record OrderTaken(int Number, JobId Job);

    /// <summary>The application's own actor: numbers orders, and hands the work to the balancer as it would to any other actor.</summary>
    internal sealed class OrderDesk : ReceiveActor
    {
        private int _number;

        public OrderDesk(IActorRef balancer) => ReceiveAsync<Order>(async order =>
        {
            IActorRef customer = Sender;
            object answer = await balancer.Ask(new SubmitJob("pack", order, new SubmitOptions { Source = order.Customer }));
            if (answer is JobAccepted accepted)
                customer.Tell(new OrderTaken(++_number, accepted.Id));
            else
                customer.Tell(new Status.Failure(new InvalidOperationException($"The order was refused: {((JobRefused)answer).Code}")));
        });
    }
}
