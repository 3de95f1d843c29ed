using System.Diagnostics;
using HdrHistogram;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>One way of running the jobs, and what its rounds gave.</summary>
internal sealed class Contender(string name, Stage stage, Func<Round, Task> run)
{
    private const long LongestMicros = 60_000_000;

    private readonly LongHistogram _micros = new(LongestMicros, 3);
    private readonly List<double> _rates = [];
    private long _jobs;
    private long _allocated;
    private long _routerNanos;
    private TimeSpan _processorTime;

    public string Name => name;

    public async Task WarmUpAsync(TimeSpan time) => await run(new Round(new LongHistogram(LongestMicros, 3), time));

    public async Task MeasureAsync(TimeSpan time)
    {
        (long allocated, long router, TimeSpan processor) = (GC.GetTotalAllocatedBytes(true), RouterMeter.Nanos, ProcessorTime());
        long start = Stopwatch.GetTimestamp();
        Round round = new(_micros, time);
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
