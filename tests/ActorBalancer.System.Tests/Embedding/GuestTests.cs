using System.Collections.Concurrent;
using ActorBalancer.Cluster.Router;
using ActorBalancer.SystemTests.Processes;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBalancer.SystemTests.Embedding;

/// <summary>The balancer as a guest in an application that lives by its own rules.</summary>
public sealed class GuestTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Application_with_a_guest_keeps_its_ways_and_outlives_the_guests_end()
    {
        ConcurrentDictionary<string, int> ran = [];
        TaskCompletionSource<BalancerStopped> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Guest(BalancerBuilder b, string name, params string[] roles) => b.Name(name).Roles(roles).UseMemory().Slots(2)
            .Queue("default", q => q.Strategy("round-robin"))
            .AddHandler("sell", (Shop.Sale sale) =>
            {
                ran.AddOrUpdate(name, 1, (_, n) => n + 1);
                return JobOutcome.OkWith(sale.Number + 1);
            });
        await using Shop first = await Shop.StartAsync("""["web", "actorbalancer-router", "actorbalancer-worker"]""", null, b => Guest(b, "first", "router", "worker"));
        // A role of the application's own that only sounds like ours, on a node without a guest: no job may go there.
        await using Shop plain = await Shop.StartAsync("""["worker"]""", first);
        await using Shop second = await Shop.StartAsync("""["worker", "web", "actorbalancer-worker"]""", first, b => { Guest(b, "second", "worker"); b.OnStopped(told.SetResult); });

        foreach (Shop shop in (Shop[])[first, plain, second])
            AssertAsItWas(shop.System);
        IJobClient jobs = first.Services.GetRequiredService<IJobClient>();
        await Eventually.IsTrue(async () =>
        {
            await SellAsync(jobs, 4);
            return ran.ContainsKey("second");
        }, "the guest on the second node gets jobs");
        Assert.Equal(["first", "second"], ran.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new Shop.Sale(8, "tea"), await second.SellAsync(plain, new Shop.Sale(7, "tea")));
        Assert.Equal(new Shop.Sale(9, "tea"), await plain.SellAsync(first, new Shop.Sale(8, "tea")));
        await Eventually.IsTrue(async () => await first.HealthAsync() == HealthStatus.Healthy && await second.HealthAsync() == HealthStatus.Healthy, "both guests are healthy");

        // Downed: the guest ends and says so. What becomes of the node is the application's to decide, and it decided to go on.
        TaskCompletionSource<BalancerStopped> published = new(TaskCreationOptions.RunContinuationsAsynchronously);
        second.System.EventStream.Subscribe(second.System.ActorOf(Props.Create(() => new Listener(published))), typeof(BalancerStopped));
        // Akka never removes a node that one member downs before it has heard that the leader let it in, so all must have heard.
        await Eventually.IsTrue(() => Array.TrueForAll((Shop[])[first, plain, second], s => s.SeesUp(3)), "all nodes know each other as up");
        first.Cluster.Down(second.Cluster.SelfAddress);
        BalancerStopped stopped = await told.Task.WaitAsync(Hang);
        Assert.Equal(("second", true), (stopped.Node, stopped.NeedsRestart));
        Assert.Equal(stopped, await published.Task.WaitAsync(Hang));
        Assert.Equal(HealthStatus.Unhealthy, await second.HealthAsync());
        Assert.False(second.System.WhenTerminated.IsCompleted);
        Assert.Equal(new Shop.Sale(2, "tea"), await second.SellAsync(second, new Shop.Sale(1, "tea")));
        await SellAsync(jobs, 4);

        // Refused by its store: it ends too, and nothing else does.
        first.System.ActorSelection("/user/actorbalancer").Tell(new IRouterProtocol.Refused("another router node has it"));
        await Eventually.IsTrue(async () => await first.HealthAsync() == HealthStatus.Unhealthy, "the first guest's end is seen");
        Assert.Equal(new Shop.Sale(3, "tea"), await plain.SellAsync(first, new Shop.Sale(2, "tea")));

        await second.StopAsync();
        await first.StopAsync();
        Assert.True(first.ClosedItsTill && second.ClosedItsTill);
        Assert.False(plain.System.WhenTerminated.IsCompleted);
    }

    private static async Task SellAsync(IJobClient jobs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            JobResult result = await jobs.WaitAsync(await jobs.SubmitAsync("sell", new Shop.Sale(i, "tea"))).WaitAsync(Hang);
            Assert.Equal(i + 1, result.Read<int>());
        }
    }

    /// <summary>Every setting that the application wrote is in force, and what it left alone is as Akka has it.</summary>
    private static void AssertAsItWas(ActorSystem system)
    {
        Config own = ConfigurationFactory.ParseString(Shop.Own), now = system.Settings.Config;
        foreach (string key in (string[])[
            "akka.remote.dot-netty.tcp.maximum-frame-size", "akka.cluster.split-brain-resolver.active-strategy", "akka.cluster.split-brain-resolver.stable-after",
            "akka.cluster.run-coordinated-shutdown-when-down", "akka.coordinated-shutdown.phases.before-service-unbind.timeout"])
            Assert.Equal(own.GetString(key), now.GetString(key));
        Assert.IsType<NewtonSoftJsonSerializer>(system.Serialization.FindSerializerForType(typeof(Shop.Sale)));
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(TaskCompletionSource<BalancerStopped> heard) => Receive<BalancerStopped>(heard.SetResult);
    }
}
