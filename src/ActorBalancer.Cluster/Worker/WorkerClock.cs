namespace ActorBalancer.Cluster.Worker;

/// <summary>
/// Both clocks for one reading: the wall clock is read once in a while and carried on with the monotonic one, since the
/// slots tell the time at every job.
/// </summary>
internal sealed class WorkerClock(TimeProvider time)
{
    private const long Refresh = Moment.PerSecond / 4;

    private readonly long _start = time.GetTimestamp();
    private readonly double _microsPerTick = (double)Moment.PerSecond / time.TimestampFrequency;
    private long _readAt = long.MinValue;
    private long _unixMs;

    /// <summary>Not safe for two threads at once.</summary>
    public Moment Now()
    {
        long micros = (long)((time.GetTimestamp() - _start) * _microsPerTick);
        if (_readAt == long.MinValue || micros - _readAt >= Refresh)
        {
            _unixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            _readAt = micros;
        }
        return new Moment(micros, _unixMs + (micros - _readAt) / Moment.PerMillisecond);
    }
}
