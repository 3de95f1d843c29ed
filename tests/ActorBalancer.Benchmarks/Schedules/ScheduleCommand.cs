using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Simulator.Protocol;

namespace ActorBalancer.Benchmarks.Schedules;

/// <summary>Plays random schedules of the protocol: as many as wanted, or one of them with its event log.</summary>
internal static class ScheduleCommand
{
    public const string Usage = "schedules [--count N] [--seed S] [--log]";

    public static int Run(string[] arguments)
    {
        long count = 20_000, seed = 1;
        bool log = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--log": log = true; break;
                case "--count" when i + 1 < arguments.Length && long.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out count) && count > 0: i++; break;
                case "--seed" when i + 1 < arguments.Length && long.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out seed) && seed >= 0: i++; break;
                default:
                    Console.Error.WriteLine($"usage: ActorBalancer.Benchmarks {Usage}");
                    return 2;
            }
        }
        return log ? Replay(seed, count) : Play(seed, count);
    }

    private static int Play(long seed, long count)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ScheduleFigures figures = ScheduleRuns.Play(TestOptions.Balancer, seed, count);
        double seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Played} schedules, {figures.Steps / Math.Max(1, figures.Played)} events each, in {seconds:0.0} s: {figures.Played / seconds:0} a second on {Environment.ProcessorCount} processors"));
        foreach ((long failed, string wrong) in figures.Failures)
        {
            Console.Error.WriteLine($"schedule {failed}: {wrong}");
            Console.Error.WriteLine($"  {ScheduleRuns.Replay(failed)}");
        }
        return figures.Failures.Count == 0 ? 0 : 1;
    }

    private static int Replay(long seed, long count)
    {
        int failed = 0;
        for (long i = seed; i < seed + count; i++)
        {
            Console.WriteLine($"--- schedule {i}");
            failed += Schedule.Play(TestOptions.Balancer, (ulong)i, Seams.None, Console.WriteLine, out _) is null ? 0 : 1;
        }
        return failed == 0 ? 0 : 1;
    }
}
