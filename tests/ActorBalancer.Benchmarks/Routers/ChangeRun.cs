using System.Diagnostics;
using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Benchmarks.Routers;

/// <summary>One of eight routees leaves and comes back: which sources move that need not, how even the homes are, and what the change costs.</summary>
internal static class ChangeRun
{
    private const int Routees = 8, Sources = 20_000;

    public static void Run(ActorSystem system)
    {
        Console.WriteLine();
        Console.WriteLine($"One of {Routees} routees leaves, {Sources:N0} sources");
        Console.WriteLine($"{"router",-24} {"moved",8} {"needlessly",11} {"back home",10} {"most/mean",10} {"change us",10}");
        Pair hash = Sides.Pairs.First(p => p.Name == "source-hash");
        Print(system, "Akka consistent-hashing", hash.Akka(system));
        Print(system, "ours source-hash", hash.Ours(system));
    }

    private static void Print(ActorSystem system, string name, RoutingLogic logic)
    {
        Routee[] all = [.. Enumerable.Range(0, Routees).Select(i => new ActorSelectionRoutee(system.ActorSelection($"/user/change{i}")))];
        object[] sources = [.. Enumerable.Range(0, Sources).Select(i => $"source-{i}")];
        Routee[] before = Homes(all), after = Homes(all[1..]), back = Homes([.. all]);
        int moved = Enumerable.Range(0, Sources).Count(i => before[i] != after[i]);
        int needless = Enumerable.Range(0, Sources).Count(i => before[i] != after[i] && before[i] != all[0]);
        int home = Enumerable.Range(0, Sources).Count(i => before[i] == back[i]);
        double most = before.GroupBy(r => r).Max(g => g.Count()) * (double)Routees / Sources;
        const int Changes = 200;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Changes; i++)
            logic.Select(sources[i], (i & 1) == 0 ? all[1..] : [.. all]);
        double micros = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Changes;
        Console.WriteLine($"{name,-24} {moved / (double)Sources,8:0.0%} {needless,11} {home / (double)Sources,10:0.0%} {most,10:0.00} {micros,10:0}");

        Routee[] Homes(Routee[] routees) => [.. sources.Select(s => logic.Select(s, routees))];
    }
}
