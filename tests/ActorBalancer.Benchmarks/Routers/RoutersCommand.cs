using Akka.Actor;
using Akka.Configuration;

namespace ActorBalancer.Benchmarks.Routers;

/// <summary>The <c>routers</c> command: our Akka routers beside Akka's own, in one process and by turns.</summary>
internal static class RoutersCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or ["--rounds", _]) || !int.TryParse(args.Length == 0 ? "7" : args[1], out int rounds) || rounds < 1)
        {
            Console.Error.WriteLine("usage: ActorBalancer.Benchmarks routers [--rounds N]");
            return 2;
        }
        using ActorSystem system = ActorSystem.Create("routers", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));
        await RateRun.RunAsync(system, rounds);
        ShareRun.Run(system);
        await UnequalRun.RunAsync(system);
        ChangeRun.Run(system);
        await system.Terminate();
        return 0;
    }
}
