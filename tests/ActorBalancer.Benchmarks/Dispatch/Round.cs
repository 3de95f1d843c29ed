using System.Diagnostics;
using HdrHistogram;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>
/// One stretch of one contender: numbers its jobs, times each, and checks each result. Jobs are started by one thread and
/// ended by one thread.
/// </summary>
/// <param name="micros">Where the times go.</param>
/// <param name="time">How long jobs are started.</param>
/// <param name="jobs">How many are started at most.</param>
internal sealed class Round(LongHistogram micros, TimeSpan time, long jobs = long.MaxValue)
{
    // How many later jobs may start while one is under way, before its start is forgotten and the round fails.
    private const int Places = 1 << 20;

    private static readonly (long Number, long At)[] s_starts = new (long, long)[Places];
    private static readonly double s_microsPerTick = 1e6 / Stopwatch.Frequency;

    private readonly long _end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
    private long _started;

    /// <summary>The time is up: start no more.</summary>
    public bool IsOver => Stopwatch.GetTimestamp() >= _end;

    /// <summary>Jobs that came back right.</summary>
    public long Verified { get; private set; }

    /// <summary>Starts the next job and returns its number in the round.</summary>
    public long Start() => StartAt(Stopwatch.GetTimestamp());

    /// <summary>The same, unless the time is up or all jobs are started.</summary>
    public bool TryStart(out long number)
    {
        long now = Stopwatch.GetTimestamp();
        number = now < _end && _started < jobs ? StartAt(now) : -1;
        return number >= 0;
    }

    /// <exception cref="InvalidOperationException">The result is wrong.</exception>
    public void Ended(long number, ulong hash)
    {
        if (!Payloads.IsRight(number, hash))
            throw new InvalidOperationException($"job {number} came back with a wrong result");
        (long started, long at) = s_starts[number & (Places - 1)];
        if (started != number)
            throw new InvalidOperationException($"job {number} came back {started - number} jobs late");
        micros.RecordValue((long)((Stopwatch.GetTimestamp() - at) * s_microsPerTick));
        Verified++;
    }

    private long StartAt(long now)
    {
        long number = _started++;
        s_starts[number & (Places - 1)] = (number, now);
        return number;
    }
}
