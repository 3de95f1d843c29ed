using System.Diagnostics;
using Akka.Actor;
using Akka.Routing;
using HdrHistogram;

namespace ActorBalancer.Benchmarks.Routers;

/// <summary>Asks in a Poisson stream to three fast actors and a slow one, each of which does one thing at a time. Latency from the planned time on.</summary>
internal static class UnequalRun
{
    private const int Rate = 160, Seconds = 10;

    private static readonly int[] s_serviceMs = [5, 5, 5, 20];

    public static async Task RunAsync(ActorSystem system)
    {
        Console.WriteLine();
        Console.WriteLine($"Latency of {Rate} asks a second for {Seconds} s at actors that take {string.Join(", ", s_serviceMs)} ms, in ms");
        Console.WriteLine($"{"router",-34} {"p50",8} {"p99",8}   share of the slow one");
        Dictionary<string, double> weights = Enumerable.Range(0, s_serviceMs.Length).ToDictionary(i => $"/user/unequal{i}", i => 20.0 / s_serviceMs[i]);
        IActorRef[] routees = [.. s_serviceMs.Select((ms, i) => system.ActorOf(Props.Create(() => new Server(ms)), $"unequal{i}"))];
        foreach ((string name, RoutingLogic logic) in new (string, RoutingLogic)[]
        {
            ("Akka round-robin", new RoundRobinRoutingLogic()),
            ("Akka random", new RandomLogic()),
            ("Akka smallest-mailbox", new SmallestMailboxRoutingLogic()),
            ("ours round-robin", Sides.Of(system, "round-robin")),
            ("ours random, 2 choices", new BalancerRoutingLogic(system, new() { Strategy = "random", Choices = 2, Seed = 1 })),
            ("ours weighted-round-robin, 4:4:4:1", new BalancerRoutingLogic(system, new() { Strategy = "weighted-round-robin", Weights = weights, Seed = 1 })),
            ("ours least-connections", Sides.Of(system, "least-connections")),
            ("ours least-connections, 4:4:4:1", new BalancerRoutingLogic(system, new() { Weights = weights, Seed = 1 })),
        })
        {
            (LongHistogram latency, double slow) = await MeasureAsync(system, new Akka.Routing.Router(logic, [.. routees.Select(r => new ActorRefRoutee(r))]));
            Console.WriteLine($"{name,-34} {latency.GetValueAtPercentile(50) / 1_000.0,8:0.0} {latency.GetValueAtPercentile(99) / 1_000.0,8:0.0}   {slow,6:0.0%}");
        }
    }

    private static async Task<(LongHistogram Latency, double Slow)> MeasureAsync(ActorSystem system, Akka.Routing.Router router)
    {
        IActorRef front = system.ActorOf(Props.Create(() => new Front(router)));
        LongHistogram latency = new(TimeSpan.FromMinutes(5).Ticks / 10, 3);
        // The same stream for all.
        Random random = new(7);
        List<Task<int>> asks = [];
        long start = Stopwatch.GetTimestamp();
        for (double at = 0; at < Seconds; at -= Math.Log(1 - random.NextDouble()) / Rate)
        {
            TimeSpan wait = TimeSpan.FromSeconds(at) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait);
            asks.Add(AskAsync(TimeSpan.FromSeconds(at)));
        }
        int[] served = await Task.WhenAll(asks);
        system.Stop(front);
        return (latency, served.Count(ms => ms == s_serviceMs.Max()) / (double)served.Length);

        async Task<int> AskAsync(TimeSpan planned)
        {
            int served = await front.Ask<int>("work");
            lock (latency)
                latency.RecordValue(Math.Max(1, (long)(Stopwatch.GetElapsedTime(start) - planned).TotalMicroseconds));
            return served;
        }
    }

    private sealed class Front(Akka.Routing.Router router) : UntypedActor
    {
        protected override void OnReceive(object message) => router.Route(message, Sender);
    }

    /// <summary>Waits rather than computes, so that two cores do for four servers.</summary>
    private sealed class Server : ReceiveActor
    {
        public Server(int ms) => ReceiveAsync<string>(async _ =>
        {
            IActorRef asker = Sender;
            await Task.Delay(ms);
            asker.Tell(ms);
        });
    }
}
