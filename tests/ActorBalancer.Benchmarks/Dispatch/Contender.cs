using System.Diagnostics;
using HdrHistogram;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>One way of running the jobs, and what its rounds gave.</summary>
internal sealed class Contender(Stage stage, Func<Round, Task> run)
{
    private const long LongestMicros = 60_000_000;
    private static readonly TimeSpan s_warmUpRound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWarmUp = TimeSpan.FromMinutes(1);

    private readonly LongHistogram _micros = new(LongestMicros, 3);
    private readonly List<double> _rates = [];
    private long _jobs;
    private long _allocated;
    private long _routerNanos;
    private TimeSpan _processorTime;

    /// <summary>Runs until so many jobs have made the compiler optimise all that they touch, or for a minute.</summary>
    public async Task WarmUpAsync(long jobs)
    {
        long start = Stopwatch.GetTimestamp(), verified = 0;
        while (verified < jobs && Stopwatch.GetElapsedTime(start) < s_longestWarmUp)
        {
            Round round = new(new LongHistogram(LongestMicros, 3), s_warmUpRound);
            await run(round);
            verified += round.Verified;
        }
    }

    /// <summary>One round: so long, or so many jobs.</summary>
    public async Task MeasureAsync(TimeSpan time, long jobs = long.MaxValue)
    {
        (long allocated, long router, TimeSpan processor) = (GC.GetTotalAllocatedBytes(true), RouterMeter.Nanos, ProcessorTime());
        long start = Stopwatch.GetTimestamp();
        Round round = new(_micros, time, jobs);
        await run(round);
        _rates.Add(round.Verified / Stopwatch.GetElapsedTime(start).TotalSeconds);
        _allocated += GC.GetTotalAllocatedBytes(true) - allocated;
        _routerNanos += RouterMeter.Nanos - router;
        _processorTime += ProcessorTime() - processor;
        _jobs += round.Verified;
    }

    /// <summary>The median of the rounds; latencies and sums over all of them.</summary>
    /// <param name="usesRouter">It has a router of ours to be metered.</param>
    public Figures Figures(bool usesRouter) => new()
    {
        JobsPerS = Math.Round(_rates.Order().ElementAt(_rates.Count / 2)),
        P50Ms = Millis(50),
        P99Ms = Millis(99),
        AllocBytesPerJob = Math.Round((double)_allocated / _jobs),
        RouterCpuNsPerJob = usesRouter ? Math.Round((double)_routerNanos / _jobs) : null,
        CpuNsPerJob = Math.Round(_processorTime.TotalNanoseconds / _jobs),
        VerifiedJobs = _jobs,
    };

    private double Millis(double percentile) => _micros.GetValueAtPercentile(percentile) / 1e3;

    private TimeSpan ProcessorTime()
    {
        using Process own = Process.GetCurrentProcess();
        return stage.Workers.Aggregate(own.TotalProcessorTime, (sum, worker) => sum + worker.ProcessorTime);
    }
}
