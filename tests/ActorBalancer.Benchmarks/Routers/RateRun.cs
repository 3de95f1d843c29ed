using System.Diagnostics;
using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Benchmarks.Routers;

/// <summary>Messages a second from senders on threads of their own through a router to eight actors that count; and asks. By turns, the order changing.</summary>
internal static class RateRun
{
    private const int Routees = 8, Handed = 10_000_000, Messages = 1_000_000, Asks = 100_000, AsksAtOnce = 64;

    // Boxed once, so that the messages cost both sides nothing.
    private static readonly object[] s_messages = [.. Enumerable.Range(0, 1_024).Select(i => (object)$"source-{i}")];

    public static async Task RunAsync(ActorSystem system, int rounds)
    {
        Console.WriteLine($"What a router costs: messages a second that it hands to {Routees} routees which do nothing, median of {rounds} rounds by turns");
        Console.WriteLine($"{"strategy",-26} {"senders",7} {"Akka",12} {"ours",12} {"ratio",7} {"by processor time",18}");
        foreach (Pair pair in Sides.Pairs)
        {
            foreach (int senders in (int[])[1, 2])
                await CompareAsync(system, pair.Name, senders, rounds, pair.Akka, pair.Ours, RouteAsync);
        }
        Console.WriteLine();
        Console.WriteLine($"With actors that count: messages a second, {Routees} routees, {Messages:N0} messages a run, median of {rounds} rounds by turns");
        Console.WriteLine($"{"strategy",-26} {"senders",7} {"Akka",12} {"ours",12} {"ratio",7} {"by processor time",18}");
        foreach (Pair pair in Sides.Pairs)
        {
            foreach (int senders in (int[])[1, 2])
                await CompareAsync(system, pair.Name, senders, rounds, pair.Akka, pair.Ours, (logic, s) => TellAsync(system, logic, s));
        }
        foreach (Pair pair in Sides.Pairs.Where(p => p.Name is "round-robin" or "least-connections (told)"))
            await CompareAsync(system, pair.Name.Split(' ')[0] + " (asked)", 2, rounds, pair.Akka, pair.Ours, (logic, s) => AskAsync(system, logic, s));
    }

    private static async Task CompareAsync(
        ActorSystem system, string name, int senders, int rounds, Func<ActorSystem, RoutingLogic> akka, Func<ActorSystem, RoutingLogic> ours, Func<RoutingLogic, int, Task<Rate>> run)
    {
        List<(Rate Akka, Rate Ours)> rates = [];
        for (int round = -1; round < rounds; round++)
        {
            Rate first = await run((round & 1) == 0 ? akka(system) : ours(system), senders);
            Rate second = await run((round & 1) == 0 ? ours(system) : akka(system), senders);
            // The first is the warm-up.
            if (round >= 0)
                rates.Add((round & 1) == 0 ? (first, second) : (second, first));
        }
        Console.WriteLine($"{name,-26} {senders,7} {Median(rates.Select(r => r.Akka.Wall)),12:N0} {Median(rates.Select(r => r.Ours.Wall)),12:N0} {Median(rates.Select(r => r.Ours.Wall / r.Akka.Wall)),7:0.00} {Median(rates.Select(r => r.Ours.Processor / r.Akka.Processor)),18:0.00}");
    }

    private static async Task<Rate> RouteAsync(RoutingLogic logic, int senders)
    {
        Akka.Routing.Router router = new(logic, [.. Enumerable.Range(0, Routees).Select(_ => new Idle())]);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < Handed / senders; i++)
                    router.Route(s_messages[i & 1_023], ActorRefs.NoSender);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return RateOf(Handed, start, processor);
    }

    private static async Task<Rate> TellAsync(ActorSystem system, RoutingLogic logic, int senders)
    {
        Countdown left = new(Messages);
        IActorRef router = system.ActorOf(Props.Create(() => new Counter(left)).WithRouter(new LogicPool(Routees, logic)));
        await router.Ask<Routees>(GetRoutees.Instance);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int s = 0; s < senders; s++)
        {
            new Thread(() =>
            {
                for (int i = 0; i < Messages / senders; i++)
                    router.Tell(s_messages[i & 1_023], ActorRefs.NoSender);
            }).Start();
        }
        await left.Zero;
        Rate rate = RateOf(Messages, start, processor);
        await router.GracefulStop(TimeSpan.FromSeconds(30));
        return rate;
    }

    private static async Task<Rate> AskAsync(ActorSystem system, RoutingLogic logic, int senders)
    {
        IActorRef router = system.ActorOf(Props.Create(() => new Echo()).WithRouter(new LogicPool(Routees, logic)));
        await router.Ask<Routees>(GetRoutees.Instance);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, senders * AsksAtOnce / 2).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Asks / (senders * AsksAtOnce / 2); i++)
                await router.Ask<object>(s_messages[i & 1_023]);
        })));
        Rate rate = RateOf(Asks, start, processor);
        await router.GracefulStop(TimeSpan.FromSeconds(30));
        return rate;
    }

    private static Rate RateOf(int messages, long start, TimeSpan processor) =>
        new(messages / Stopwatch.GetElapsedTime(start).TotalSeconds, messages / (Environment.CpuUsage.TotalTime - processor).TotalSeconds);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Messages a second, and a second of processor time: the latter says more on a machine that does other things too.</summary>
    private readonly record struct Rate(double Wall, double Processor);

    private sealed class Countdown(int count)
    {
        private readonly TaskCompletionSource _zero = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = count;

        public Task Zero => _zero.Task;

        public void Take(int many)
        {
            if (Interlocked.Add(ref _left, -many) == 0)
                _zero.SetResult();
        }
    }

    private sealed class Idle : Routee
    {
        public override void Send(object message, IActorRef sender)
        {
        }
    }

    private sealed class Counter(Countdown left) : UntypedActor
    {
        protected override void OnReceive(object message) => left.Take(1);
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
