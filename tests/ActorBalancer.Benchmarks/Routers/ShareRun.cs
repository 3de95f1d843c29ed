using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Benchmarks.Routers;

/// <summary>How far the shares of eight routees are from what they should be, after picks of four threads; and of weights, which Akka's have none of.</summary>
internal static class ShareRun
{
    private const int Routees = 8, Senders = 4, Each = 25_001;

    public static void Run(ActorSystem system)
    {
        Console.WriteLine();
        Console.WriteLine($"Largest difference from the fair share after {Senders * Each:N0} picks of {Senders} threads, in messages");
        Console.WriteLine($"{"strategy",-34} {"Akka",10} {"ours",10}");
        foreach (Pair pair in Sides.Pairs.Where(p => p.Name is "round-robin" or "random"))
            Console.WriteLine($"{pair.Name,-34} {Error(system, pair.Akka(system), 1),10:0.#} {Error(system, pair.Ours(system), 1),10:0.#}");
        BalancerRoutingLogic weighted = new(system, new()
        {
            Strategy = "weighted-round-robin",
            Weights = Enumerable.Range(0, Routees).ToDictionary(i => $"/user/r{i}", i => i + 1.0),
            Seed = 1,
        });
        Console.WriteLine($"{"weighted-round-robin, weights 1-8",-34} {"-",10} {Error(system, weighted, null),10:0.#}");
    }

    private static double Error(ActorSystem system, RoutingLogic logic, double? weight)
    {
        Routee[] routees = [.. Enumerable.Range(0, Routees).Select(i => new ActorSelectionRoutee(system.ActorSelection($"/user/r{i}")))];
        int[] counts = new int[Routees];
        Parallel.For(0, Senders, new ParallelOptions { MaxDegreeOfParallelism = Senders }, _ =>
        {
            for (int i = 0; i < Each; i++)
                Interlocked.Increment(ref counts[Array.IndexOf(routees, logic.Select("m", routees))]);
        });
        double total = Enumerable.Range(0, Routees).Sum(i => weight ?? i + 1);
        return counts.Select((n, i) => Math.Abs(n - (double)Senders * Each * (weight ?? i + 1) / total)).Max();
    }
}
