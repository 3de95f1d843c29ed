namespace ActorBalancer.Tests.Storage;

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 11, 2, 8, 0, 0, TimeSpan.Zero).UtcTicks;
    private long _timestamp = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public long UnixMs => GetUtcNow().ToUnixTimeMilliseconds();

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _timestamp);

    public void Pass(TimeSpan time)
    {
        Interlocked.Add(ref _ticks, time.Ticks);
        Interlocked.Add(ref _timestamp, time.Ticks);
    }

    /// <summary>The wall clock is set; the monotonic one goes on.</summary>
    public void SetBack(TimeSpan time) => Interlocked.Add(ref _ticks, -time.Ticks);
}
