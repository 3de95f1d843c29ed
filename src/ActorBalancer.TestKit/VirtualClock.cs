namespace ActorBalancer.Testing;

/// <summary>
/// The time of a <see cref="TestBalancer"/>: it stands still until the balancer moves it, from one thing that is due to the next. Give it to what
/// you test in place of <see cref="TimeProvider.System"/>; then <c>Task.Delay(time, clock)</c> takes no time at all.
/// </summary>
public sealed class VirtualClock : TimeProvider
{
    /// <summary>2026-01-01, midnight in UTC: where a clock starts unless told otherwise.</summary>
    public static readonly DateTimeOffset DefaultStart = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly DateTimeOffset _start;
    private readonly PriorityQueue<(VirtualTimer Timer, long Version), (long At, long Order)> _due = new();
    private long _order;
    private long _ticks;

    /// <param name="start">The time that it shows first.</param>
    internal VirtualClock(DateTimeOffset start) => _start = start.ToUniversalTime();

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How far it has come since its start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <summary>For the machines.</summary>
    internal Moment Now => new(Interlocked.Read(ref _ticks) / TimeSpan.TicksPerMicrosecond, GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>When the next timer is due; <see cref="long.MaxValue"/>: there is none.</summary>
    internal long NextMicros
    {
        get
        {
            lock (_gate)
                return SkipOld() ? ToMicros(_due.TryPeek(out _, out (long At, long _) when) ? when.At : 0) : long.MaxValue;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        VirtualTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on, and fires what is due on the way in its order, on this thread.</summary>
    internal void MoveTo(long micros)
    {
        long ticks = micros * TimeSpan.TicksPerMicrosecond;
        while (TakeDue(ticks) is { } timer)
            timer.Fire();
        Interlocked.Exchange(ref _ticks, Math.Max(ticks, Interlocked.Read(ref _ticks)));
    }

    internal void Plan(VirtualTimer timer, long version, TimeSpan after)
    {
        lock (_gate)
            _due.Enqueue((timer, version), (Interlocked.Read(ref _ticks) + Math.Max(0, after.Ticks), _order++));
    }

    // Up, or the clock would stop just short of what is due.
    private static long ToMicros(long ticks) => (ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond;

    private VirtualTimer? TakeDue(long ticks)
    {
        lock (_gate)
        {
            if (!SkipOld() || !_due.TryPeek(out (VirtualTimer Timer, long) next, out (long At, long) when) || when.At > ticks)
                return null;
            _due.Dequeue();
            Interlocked.Exchange(ref _ticks, Math.Max(when.At, Interlocked.Read(ref _ticks)));
            return next.Timer;
        }
    }

    /// <summary>False: nothing is left.</summary>
    private bool SkipOld()
    {
        while (_due.TryPeek(out (VirtualTimer Timer, long Version) next, out _))
        {
            if (next.Timer.IsPlanned(next.Version))
                return true;
            _due.Dequeue();
        }
        return false;
    }
}
