using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace ActorBalancer.Benchmarks.Pick;

/// <summary>The <c>pick</c> command: what one pick and its finish cost, ours and theirs in the same run.</summary>
internal static class PickCommand
{
    public static int Run(string[] args)
    {
        if (args.Length > 0)
        {
            Console.Error.WriteLine("usage: ActorBalancer.Benchmarks pick");
            return 2;
        }

        // In process: the build that BenchmarkDotNet would make of its own knows neither central versions nor lock files.
        // Ten rounds of warm-up: the first three still run code that the JIT has not optimised.
        var job = Job.ShortRun
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(10)
            .WithIterationCount(9)
            .WithIterationTime(TimeInterval.FromMilliseconds(100));
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "actorbalancer-benchmarks"));
        var summaries = BenchmarkRunner.Run([typeof(OurPicks), typeof(AkkaPicks), typeof(YarpPicks)], config);
        return PickTable.Print(summaries) ? 0 : 1;
    }
}
